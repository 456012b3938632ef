import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { busMessages } from '#drizzle/schema.ts'
import { createDatabase, startPostgres } from '#testing/servers/postgres.ts'
import { openDatabase } from '../db/open-database.ts'
import type { DeliveredMessage } from './bus.ts'
import { busStore } from './bus-store.ts'
import { describeBus } from './contract.ts'
import { memoryBus } from './memory-bus.ts'

const log = pino({ level: 'silent' })

async function openStore(cluster?: string) {
  const { url, drop } = await createDatabase(cluster)
  const database = await openDatabase({ url, dataDir: '', log })
  await database.migrate()
  const end = async () => {
    await database.close()
    await drop()
  }
  return { db: database.db, store: busStore(database.db), end }
}

describeBus('the embedded bus on Postgres', async () => {
  const { store, end } = await openStore()
  return { open: ({ ackWait }) => memoryBus({ store, log, ackWait }), end }
})

const signal = new AbortController().signal
const message = (id: string, body = id) => ({ topic: 'a.b', id, body })

test('while its database is away nothing is accepted, and acknowledgements wait for it', async () => {
  const cluster = await startPostgres()
  const { db, store, end } = await openStore(cluster.url)
  const bus = await memoryBus({ store, log })
  onTestFinished(async () => {
    await bus.close()
    await end()
    await cluster.stop()
  })
  await bus.publish([message('1'), message('2')])
  const reader = bus.consume({ max: 1, signal })[Symbol.asyncIterator]()
  const [first] = (await reader.next()).value as DeliveredMessage[]
  await cluster.kill()
  await expect(bus.publish([message('3')])).rejects.toMatchObject({ code: 'bus-away' })
  first?.ack()
  const [second] = (await reader.next()).value as DeliveredMessage[]
  await expect(second?.deadLetter('bad')).rejects.toMatchObject({ code: 'bus-away' })
  await cluster.restart()
  const acknowledged = () =>
    db
      .select()
      .from(busMessages)
      .then(
        (rows) => rows.filter(({ ackedAt }) => ackedAt).map(({ id }) => id),
        () => [],
      )
  await expect.poll(acknowledged).toEqual(['1'])
  expect(await bus.publish([message('3')])).toEqual([{ duplicate: false }])
})

test('bodies beyond what memory may hold come from the store', async () => {
  const { store, end } = await openStore()
  const bus = await memoryBus({ store, log })
  const large = 'x'.repeat(250_000)
  for (let batch = 0; batch < 15; batch++) {
    await bus.publish(
      Array.from({ length: 10 }, (_, index) => message(`${batch}/${index}`, `${batch}/${index} ${large}`)),
    )
  }
  const bodies: string[] = []
  for await (const batch of bus.consume({ max: 40, signal })) {
    bodies.push(...batch.map(({ body }) => new TextDecoder().decode(body)))
    for (const delivery of batch) delivery.ack()
    if (bodies.length >= 150) break
  }
  expect(bodies.every((body) => body.endsWith(large))).toBe(true)
  expect(bodies.map((body) => body.split(' ')[0])).toEqual(
    Array.from({ length: 150 }, (_, index) => `${Math.floor(index / 10)}/${index % 10}`),
  )
  await bus.close()
  await end()
})

test('forgets after a day what was acknowledged, and nothing else', async () => {
  const { db, store, end } = await openStore()
  let clock = Date.parse('2026-01-01')
  const now = () => clock
  const bus = await memoryBus({ store, log, now })
  await bus.publish([message('done'), message('bad'), message('waiting')])
  const [done, bad] = (await bus.consume({ max: 3, signal })[Symbol.asyncIterator]().next())
    .value as DeliveredMessage[]
  done?.ack()
  await bad?.deadLetter('it does not parse')
  await bus.close()
  clock += 25 * 3_600_000
  const later = await memoryBus({ store, log, now })
  expect(await later.publish([message('done')])).toEqual([{ duplicate: false }])
  const rows = await db.select().from(busMessages)
  expect(rows.map(({ id, deadReason }) => [id, deadReason]).sort()).toEqual([
    ['bad', 'it does not parse'],
    ['done', null],
    ['waiting', null],
  ])
  await later.close()
  await end()
})

test('a clock set back does not put a later message before an earlier one', async () => {
  const { store, end } = await openStore()
  let clock = 2000
  const bus = await memoryBus({ store, log, now: () => clock })
  await bus.publish([message('first')])
  clock = 1000
  await bus.publish([message('second')])
  const deliveries = (await bus.consume({ max: 2, signal })[Symbol.asyncIterator]().next())
    .value as DeliveredMessage[]
  expect(deliveries.map(({ time }) => time)).toEqual([2000, 2000])
  deliveries[0]?.ack()
  expect(await bus.through()).toBe(1999)
  await bus.close()
  await end()
})
