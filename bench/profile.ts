import type { Profiler, Runtime } from 'node:inspector'

/** Where CPU went, the most first; shares of 1. */
export type Profile = readonly { readonly where: string; readonly share: number }[]

/** Adds up the samples of a CPU profile by `cityOf` their innermost frame; time in which nothing ran is left out. */
export function profileOf(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  cityOf: (frame: Runtime.CallFrame) => string,
): Profile {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, nativePlace(callFrame) ?? cityOf(callFrame)]))
  const spent = new Map<string, number>()
  for (const [n, id] of samples.entries()) {
    const where = places.get(id)
    if (where !== undefined && where !== IDLE)
      spent.set(where, (spent.get(where) ?? 0) + (timeDeltas[n] ?? 0))
  }
  const all = [...spent.values()].reduce((sum, micros) => sum + micros, 0)
  return [...spent]
    .map(([where, micros]) => ({ where, share: micros / all }))
    .sort((a, b) => b.share - a.share)
}

const IDLE = '(idle)'

function nativePlace({ functionName, url }: Runtime.CallFrame): string | undefined {
  if (functionName === IDLE) return IDLE
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(program)') return 'other system calls and the engine'
  if (url === '' && functionName.startsWith('write')) return 'writing'
  if (url === '' || url.startsWith('node:')) return 'Node itself'
  return undefined
}

/** `Profile: NATS client 22 %, garbage collection 11 %.` What is less than a fiftieth is one sum. */
export function inShares(profile: Profile): string {
  const shown = profile.filter(({ share }) => share >= 0.02)
  const rest = 1 - shown.reduce((sum, { share }) => sum + share, 0)
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const parts = shown.map(({ where, share }) => `${where} ${percent(share)}`)
  return `Profile: ${[...parts, `all else ${percent(Math.max(0, rest))}`].join(', ')}.`
}
