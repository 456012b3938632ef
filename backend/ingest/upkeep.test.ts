import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { EventLog } from './event-log.ts'
import { upkeep } from './upkeep.ts'

const kept = { days: 30, rows: 1_000, bytes: 1_000_000 }
const HOUR = 3_600_000

function setUp() {
  const asked: Parameters<EventLog['prune']>[0][] = []
  const place = { away: false, now: 0 }
  const removed: string[] = []
  const look = upkeep({
    log: {
      async *prune(keep) {
        asked.push(keep)
        yield { rows: 1, topics: new Set(['a']) }
        if (place.away) throw new Error('away')
      },
    },
    kept,
    removed: async (topics) => void removed.push(...topics),
    logger: pino({ level: 'silent' }),
    now: () => place.now,
  })
  return { asked, look, place, removed }
}

test('the bytes are looked at each time, the days and rows every hour', async () => {
  const { asked, look, place, removed } = setUp()
  await look()
  place.now = HOUR - 1
  await look()
  place.now = HOUR
  await look()
  expect(asked).toEqual([kept, { bytes: kept.bytes }, kept])
  expect(removed).toEqual(['a', 'a', 'a'])
})

test('what could not be done is done by the next look, not an hour later', async () => {
  const { asked, look, place } = setUp()
  place.away = true
  await look()
  place.away = false
  await look()
  await look()
  expect(asked).toEqual([kept, kept, { bytes: kept.bytes }])
})
