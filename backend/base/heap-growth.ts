import { setFlagsFromString } from 'node:v8'

/** Milliseconds between two looks at how busy the process is. */
const EVERY = 5_000
/** Share of a core below which there is time to spare: told by CPU, for on a crowded machine every loop is late. */
const BUSY = 0.5
/** Percent of what lives by which old objects may grow before they are collected; 0 leaves it to V8. */
const SPARING = 100
const AS_V8_LIKES = 0
/**
 * Places in the code whose objects once lived long V8 has make them old from the start, and while those are garbage that
 * is not collected yet they keep alive whatever they point to: in two of five processes that took events off the bus a
 * quarter of all they made, for as long as they worked, at twice the CPU.
 */
const OLD_ONLY_WITH_AGE = '--no-allocation-site-pretenuring'

/**
 * Keeps memory down while there is time for it. V8 lets old objects become four times what lives when many are made,
 * and a process stands at that for as long as it works at all; collecting sooner costs a tenth of the CPU of one that
 * works as fast as it can, so that one is left alone. Until the process ends.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(OLD_ONLY_WITH_AGE)
  let before = process.cpuUsage()
  let set = AS_V8_LIKES
  setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    const wanted = (user + system) / 1_000 < BUSY * EVERY ? SPARING : AS_V8_LIKES
    if (wanted === set) return
    set = wanted
    setFlagsFromString(`--heap-growing-percent=${wanted}`)
  }, EVERY).unref()
}
