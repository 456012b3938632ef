import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describeEventLog } from './event-log.contract.ts'

describeEventLog('PGlite', emptyPglite)
