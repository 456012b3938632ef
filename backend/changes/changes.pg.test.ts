import { pino } from 'pino'
import { createDatabase } from '#testing/servers/postgres.ts'
import { openDatabase } from '../db/open-database.ts'
import { describeFollowChanges } from './follow-changes-contract.ts'
import { describePruneChanges } from './prune-changes-contract.ts'

const open = async () =>
  openDatabase({
    url: (await createDatabase()).url,
    dataDir: '/nonexistent',
    log: pino({ level: 'silent' }),
  })

describeFollowChanges('following changes on Postgres', open)
describePruneChanges('pruning changes on Postgres', open)
