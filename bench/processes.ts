import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Processes by what the table calls them; those of a name count together, each with its children but for those that
 * have a name of their own.
 */
export type Processes = Readonly<Record<string, readonly number[]>>

/** Milliseconds of CPU by name. */
export type Spent = Readonly<Record<string, number>>

/** Milliseconds of one of Linux's ticks, in which it tells times of processes. */
const TICK = 10

/** Watches processes of this machine from now on; says what each has used since, or since it was last asked. */
export function watchCpu(processes: Processes): () => Spent {
  let before = look(processes)
  return () => {
    const after = look(processes)
    const spent = Object.keys(processes).map((name) => {
      const nanoseconds = [...(after.get(name) ?? [])].reduce(
        (sum, [thread, ran]) => sum + ran - (before.get(name)?.get(thread) ?? 0),
        0,
      )
      return [name, nanoseconds / 1e6] as const
    })
    before = after
    return Object.fromEntries(spent)
  }
}

/** Milliseconds of CPU one process of this machine has spent in the kernel, as it samples them every hundredth of a second. */
export function inKernel(pid: number): number {
  return Number(statOf(pid)?.[12] ?? 0) * TICK
}

/** What one process of this machine has used since it began: milliseconds of CPU, and resident bytes now. */
export function usageOf(pid: number): { cpu: number; rss: number } {
  const nanoseconds = threadsOf(pid).reduce((sum, [, ran]) => sum + ran, 0)
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(text(`/proc/${pid}/status`) ?? '')?.[1]
  return { cpu: nanoseconds / 1e6, rss: Number(resident) * 1024 }
}

/** Children of a process. */
export const childrenOf = (pid: number): readonly number[] => families().get(pid) ?? []

/** Nanoseconds each thread has run, by name and by the thread's id. */
function look(processes: Processes): Map<string, Map<string, number>> {
  const children = families()
  const named = new Set(Object.values(processes).flat())
  return new Map(
    Object.entries(processes).map(([name, pids]) => {
      const all = [...pids]
      // Grows while it is walked.
      for (const pid of all) all.push(...(children.get(pid) ?? []).filter((child) => !named.has(child)))
      return [name, new Map(all.flatMap(threadsOf))]
    }),
  )
}

function threadsOf(pid: number): [string, number][] {
  return entries(`/proc/${pid}/task`).map((thread) => {
    const ran = text(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0]
    return [thread, Number(ran ?? 0)]
  })
}

function families(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const pid of processIds()) {
    const parent = parentOf(pid)
    if (parent === undefined) continue
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  return children
}

/** The process that listens on a port of this machine; with several that share it, the one that began them. */
export function listenerOn(port: number): number | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = (text('/proc/net/tcp') ?? '').split('\n').map((line) => line.trim().split(/\s+/))
  const listening = rows.filter((row) => row[1]?.endsWith(`:${hex}`) && row[3] === '0A')
  const sockets = new Set(listening.map((row) => `socket:[${row[9]}]`))
  const owners = processIds().filter((pid) =>
    entries(`/proc/${pid}/fd`).some((fd) => sockets.has(link(`/proc/${pid}/fd/${fd}`) ?? '')),
  )
  return owners.find((pid) => !owners.includes(parentOf(pid) ?? 0))
}

function parentOf(pid: number): number | undefined {
  const parent = statOf(pid)?.[1]
  return parent === undefined ? undefined : Number(parent)
}

/** What follows the name, which stands in parentheses and may hold anything. */
function statOf(pid: number): readonly string[] | undefined {
  const stat = text(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

const processIds = () => entries('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))

// A process may end while it is looked at.
const text = (path: string) => attempt(() => readFileSync(path, 'utf8'))
const link = (path: string) => attempt(() => readlinkSync(path))
const entries = (path: string) => attempt(() => readdirSync(path)) ?? []

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
