import { pino } from 'pino'
import { createDatabase } from '../../e2e/servers/postgres.ts'
import { openDatabase } from '../db/database.ts'
import { busStore } from './bus-store.ts'
import { describeBus } from './contract.ts'
import { memoryBus } from './memory-bus.ts'

describeBus('the embedded bus on Postgres', async () => {
  const log = pino({ level: 'silent' })
  const { url, drop } = await createDatabase()
  const database = await openDatabase({ url, dataDir: '', log })
  await database.migrate()
  return {
    open: ({ ackWait }) => memoryBus({ store: busStore(database.db), log, ackWait }),
    async end() {
      await database.close()
      await drop()
    },
  }
})
