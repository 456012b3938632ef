import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { openDatabase } from '../db/database.ts'
import { describeHubs } from './hubs-contract.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'hubs-room-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

describeHubs('hubs on PGlite', () => openDatabase({ dataDir, log: pino({ level: 'silent' }) }))
