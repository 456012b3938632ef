import { setTimeout } from 'node:timers/promises'
import { until } from '#testing/servers/until.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { openHubsCaches } from './hubs-caches.ts'
import { peerCaches } from './peer-caches.ts'
import type { Row } from './row.ts'
import { spreadOf } from './spread.ts'
import type { OpenCaches, TwoCaches } from './two-caches.ts'

const HUBS = 'Hubs'
const RACES = 8
const HERDS = 5
const READERS = 200
/** Milliseconds a load takes. */
const LOAD = 300
/** Milliseconds after such a load after which every reader must have the new value. */
const AFTERWARDS = 1_000

/** What goes wrong in many caches: a load that an invalidation overtakes, and a cold key that many read. */
export async function caches(): Promise<readonly Row[]> {
  const measured = new Map<string, { old: number; loads: readonly number[] }>()
  const absent: string[] = []
  for (const [name, open] of Object.entries({ [HUBS]: openHubsCaches, ...peerCaches })) {
    try {
      measured.set(name, await measure(open))
    } catch (error) {
      if (name === HUBS) throw error
      absent.push(`${name} is not beside it: ${(error as Error).message}`)
    }
  }
  const ofEach = (of: (result: { old: number; loads: readonly number[] }) => string) =>
    [...measured].map(([name, result]) => `${name} ${of(result)}`).join('; ')
  const ours = measured.get(HUBS)
  return [
    {
      what: 'a load that an invalidation overtakes: its old value is still given as fresh a second later',
      target: 'never',
      measured: ofEach(({ old }) => `${old} of ${RACES}`),
      met: ours?.old === 0,
      details: [
        `A key is read for the first time; while its load (${LOAD} ms) runs, the truth changes and the same process is told to invalidate the key; a second after the load has ended the key is read again.`,
        'Each library as it is documented for several processes on one Redis: bentocache with memory, Redis and its bus (on an ioredis 5 of its own, which it demands), cache-manager with @keyv/redis, async-cache-dedupe with its Redis storage.',
        ...absent,
      ],
    },
    {
      what: `one cold key, ${READERS} readers at once in two processes: loads`,
      target: 'exactly 1',
      measured: ofEach(({ loads }) => String(spreadOf(loads).median)),
      met: ours?.loads.every((loads) => loads === 1) ?? false,
      details: [...measured].map(
        ([name, { loads }]) => `${name}, loads in each repeat: ${loads.join(', ')}.`,
      ),
    },
  ]
}

async function measure(open: OpenCaches) {
  const truth = await openTruth()
  const opened = await open(truth)
  try {
    truth.delay(LOAD)
    const races = Array.from({ length: RACES }, (_, n) => `race${n}`)
    const herds = Array.from({ length: HERDS }, (_, n) => `herd${n}`)
    for (const key of [...races, ...herds]) truth.set(key, 1)
    await opened.prepare([...races, ...herds])
    const afterwards = await Promise.all(races.map((key) => race(opened, truth, key)))
    for (const key of herds) await opened.crowd(key, READERS)
    return {
      old: afterwards.filter((value) => value === 1).length,
      loads: herds.map((key) => truth.loads(key)),
    }
  } finally {
    await opened.stop()
    await truth.close()
  }
}

/** What a reader is given once a load that an invalidation overtook has ended. */
async function race(cache: TwoCaches, truth: Truth, key: string): Promise<unknown> {
  const first = cache.read(key)
  await until(async () => truth.loads(key) > 0, `${key} was never loaded`)
  truth.set(key, 2)
  await cache.invalidate(key)
  await first
  await setTimeout(AFTERWARDS)
  return cache.read(key)
}
