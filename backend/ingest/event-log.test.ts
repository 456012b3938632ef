import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { openDatabase } from '../db/database.ts'
import { describeEventLog } from './event-log.contract.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'hubs-event-log-'))
afterAll(() => rm(dataDir, { recursive: true, force: true }))

describeEventLog('PGlite', () => openDatabase({ dataDir, log: pino({ level: 'silent' }) }))
