import { emptyPglite } from '../db/pglite.fixtures.ts'
import { describeFollowChanges } from './follow-changes-contract.ts'
import { describePruneChanges } from './prune-changes-contract.ts'

describeFollowChanges('following changes on PGlite', emptyPglite)
describePruneChanges('pruning changes on PGlite', emptyPglite)
