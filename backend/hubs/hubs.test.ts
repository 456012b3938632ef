import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describeHubs } from './hubs-contract.ts'

describeHubs('hubs on PGlite', emptyPglite)
