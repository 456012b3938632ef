import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { busMessages } from '#drizzle/schema.ts'
import { openDatabase } from '../db/database.ts'
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
