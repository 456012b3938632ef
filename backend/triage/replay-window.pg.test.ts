import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '#testing/servers/postgres.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { OpenDatabase } from '../db/database.ts'
import { openDatabase } from '../db/open-database.ts'
import { replayMemory } from './replay-memory.ts'
import { keepReplayed } from './replay-window.ts'

const logger = pino({ level: 'silent' })

async function two(): Promise<[OpenDatabase, OpenDatabase]> {
  const { url } = await createDatabase()
  const open = () => openDatabase({ url, dataDir: '/nonexistent', log: logger })
  const [one, other] = await Promise.all([open(), open()])
  await one.migrate()
  onTestFinished(async () => {
    await one.close()
    await other.close()
  })
  return [one, other]
}

test('of two daemons one replays an epoch; another takes over when it fails', async () => {
  const [one, other] = (await two()).map(replayMemory)
  if (!one || !other) throw new Error('two are open')
  const replayed: string[] = []
  let finish = () => {}
  const first = one.once(1, async () => {
    replayed.push('first')
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    throw new Error('the process ends')
  })
  await expect.poll(() => replayed).toEqual(['first'])
  expect(await other.once(1, async () => void replayed.push('both'))).toBe(false)
  finish()
  await expect(first).rejects.toThrow('the process ends')
  await expect.poll(() => other.once(1, async () => void replayed.push('second'))).toBe(true)
  expect(await one.once(1, async () => void replayed.push('again'))).toBe(true)
  expect(replayed).toEqual(['first', 'second'])
  expect(await one.once(2, async () => void replayed.push('next epoch'))).toBe(true)
  expect(replayed).toEqual(['first', 'second', 'next epoch'])
})

test('the window reaches back from the epoch, and a bus that is away is asked again', async () => {
  const [database] = await two()
  const cache = memoryCache()
  const { epoch } = (await cache.read([])).cursor
  const stop = new AbortController()
  const asked: number[] = []
  const triaged: number[] = []
  const done = keepReplayed({
    cache,
    replays: replayMemory(database),
    logger,
    signal: stop.signal,
    bus: {
      async *replay(time) {
        asked.push(time)
        yield [message(1)]
        if (asked.length === 1) throw new Error('away')
        yield [message(2), message(3)]
      },
    },
    triage: async (messages) => void triaged.push(...messages.map(({ sequence }) => sequence)),
  })
  await expect.poll(() => triaged).toEqual([1, 1, 2, 3])
  expect(asked).toEqual([epoch - 60_000, epoch - 60_000])
  stop.abort()
  await done
})

function message(sequence: number) {
  return { topic: 'a', body: Buffer.from('{}'), stream: 's', sequence, time: 0 }
}
