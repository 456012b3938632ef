import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describeFollow } from './follow-contract.ts'

describeFollow('following hubs on PGlite', emptyPglite)
