/** Milliseconds between two looks. */
const LOOK = 20

/** What the thread that works and the one that watches it share: the number of the job under way, 0 for none, and its ms of CPU. */
export type Clocking = Int32Array

export const openClocking = (): Clocking => new Int32Array(new SharedArrayBuffer(8))

/**
 * Ends this process when a job uses more of the CPU or of memory than it may, or when the process that asked for it is
 * gone. From a thread of its own, for the one that works may not come back; by signals, for nothing else ends a process
 * in the middle of a regular expression. SIGXCPU says that it was the time.
 */
export function watch(clocking: Clocking, { maxBytes, parent }: { maxBytes: number; parent: number }): void {
  let job = 0
  let since = 0
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
    const running = Atomics.load(clocking, 0)
    const used = cpuTime()
    if (running !== job) [job, since] = [running, used]
    if (job === 0) return
    if (process.memoryUsage.rss() > maxBytes) process.kill(process.pid, 'SIGKILL')
    if (used - since > Atomics.load(clocking, 1)) process.kill(process.pid, 'SIGXCPU')
  }, LOOK)
}

/** Milliseconds. Not time on the clock: on a busy machine that would end what is in no way at fault. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
