import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { EventLog } from './event-log.ts'
import { openPruning } from './pruning.ts'

const retention = { days: 30, rows: 1_000, bytes: 1_000_000 }
const HOUR = 3_600_000

function setUp() {
  const asked: Parameters<EventLog['prune']>[0][] = []
  const place = { away: false, now: 0 }
  const removed: string[] = []
  const pruning = openPruning({
    log: {
      async *prune(keep) {
        asked.push(keep)
        yield { rows: 1, topics: new Set(['a']) }
        if (place.away) throw new Error('away')
      },
    },
    retention,
    removed: async (topics) => void removed.push(...topics),
    logger: pino({ level: 'silent' }),
    now: () => place.now,
  })
  const look = () => pruning.look(new AbortController().signal)
  return { asked, look, place, removed }
}

test('the bytes are looked at each time, the days and rows every hour', async () => {
  const { asked, look, place, removed } = setUp()
  await look()
  place.now = HOUR - 1
  await look()
  place.now = HOUR
  await look()
  expect(asked).toEqual([retention, { bytes: retention.bytes }, retention])
  expect(removed).toEqual(['a', 'a', 'a'])
})

test('what could not be done is done by the next look, not an hour later', async () => {
  const { asked, look, place } = setUp()
  place.away = true
  await look()
  place.away = false
  await look()
  await look()
  expect(asked).toEqual([retention, retention, { bytes: retention.bytes }])
})
