import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { busMessages } from '#drizzle/schema.ts'
import { openDatabase } from '../db/open-database.ts'
import { REMEMBERED } from './bus.ts'
import { busStore } from './bus-store.ts'
import { describeBus } from './contract.ts'
import { memoryBus } from './memory-bus.ts'

const log = pino({ level: 'silent' })
const dataDir = await mkdtemp(join(tmpdir(), 'hubs-bus-'))
const database = await openDatabase({ dataDir, log })
await database.migrate()

afterAll(async () => {
  await database.close()
  await rm(dataDir, { recursive: true })
})

describeBus('the embedded bus on PGlite', async () => ({
  open: ({ ackWait }) => memoryBus({ store: busStore(database.db), log, ackWait }),
  end: async () => {
    await database.db.delete(busMessages)
  },
}))

test('a day later an id is free, also that of a dead letter', async () => {
  let now = Date.now() - REMEMBERED - 1_000
  const store = busStore(database.db)
  const bus = await memoryBus({ store, log, now: () => now })
  const stop = new AbortController()
  const message = (id: string, body: string) => ({ topic: 'a', id, body })
  await bus.publish([message('bad', 'old'), message('good', 'old')])
  for await (const batch of bus.consume({ max: 2, signal: stop.signal })) {
    await Promise.all(batch.map((delivery) => delivery.deadLetter('bad')))
    stop.abort()
  }
  now += REMEMBERED - 1
  const [early] = await bus.publish([message('bad', 'new')])
  expect(early?.duplicate && String(early.stored)).toBe('old')
  now += 1
  const answers = await bus.publish([message('bad', 'new'), message('good', 'new'), message('bad', 'third')])
  expect(answers.map((each) => each.duplicate && String(each.stored))).toEqual([false, false, 'new'])
  await bus.close()
  await database.db.delete(busMessages)
})

test('what waits to be handled is bounded: more is refused until some of it is', async () => {
  const store = busStore(database.db)
  const bus = await memoryBus({ store, log, maxBytes: 1_000 })
  const stop = new AbortController()
  const message = (id: string) => ({ topic: 'a', id, body: 'x'.repeat(600) })
  await bus.publish([message('1'), message('2')])
  await expect(bus.publish([message('3')])).rejects.toMatchObject({ code: 'bus-full' })
  // Also what a former process left counts.
  const next = await memoryBus({ store, log, maxBytes: 1_000 })
  await expect(next.publish([message('3')])).rejects.toMatchObject({ code: 'bus-full' })
  for await (const batch of next.consume({ max: 1, signal: stop.signal })) {
    for (const delivery of batch) delivery.ack()
    stop.abort()
  }
  expect(await next.publish([message('3')])).toEqual([{ duplicate: false }])
  await bus.close()
  await next.close()
  await database.db.delete(busMessages)
})
