import { tmpdir } from 'node:os'
import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import { openDatabase } from '#backend/db/open-database.ts'
import { openEventLog } from '#backend/ingest/open-event-log.ts'
import { createDatabase } from '#testing/servers/postgres.ts'
import type { Row } from './row.ts'
import { figure, spreadOf } from './spread.ts'

const REPEATS = 9
const LIMITS = [20, 500]

/** From what is everywhere to what is nowhere; a card may name twenty. */
const asked: Readonly<Record<string, readonly string[]>> = {
  '`>`': ['>'],
  '`*.*.*`': ['*.*.*'],
  '`deploy.>`': ['deploy.>'],
  '`*.prod.*`': ['*.prod.*'],
  '`*.*.done`': ['*.*.done'],
  'one topic': ['deploy.prod.svc17'],
  'a topic that ended long ago': ['old.*'],
  '`nothing.>`': ['nothing.>'],
  'twenty of few events': Array.from({ length: 20 }, (_, n) => `*.*.svc${n * 3}`),
  'twenty that match nothing': Array.from({ length: 20 }, (_, n) => `*.none${n}.*`),
}

/** What a card pays to read the event log by topic, when it is full and topics are many. */
export async function eventLogReads(): Promise<readonly Row[]> {
  const { url, drop } = await createDatabase()
  const database = await openDatabase({ url, dataDir: tmpdir(), log: pino({ level: 'warn' }) })
  try {
    await database.migrate()
    await database.db.execute(filled)
    // As the server does by itself in time.
    await database.db.execute(sql`vacuum analyze`)
    const log = openEventLog(database.db)
    const medians: number[] = []
    const details: string[] = []
    for (const [name, patterns] of Object.entries(asked)) {
      for (const limit of LIMITS) {
        const times: number[] = []
        // The first compiles what the others run.
        for (let repeat = 0; repeat <= REPEATS; repeat++) {
          const began = performance.now()
          await log.read({ patterns, limit })
          if (repeat > 0) times.push(performance.now() - began)
        }
        const { median, most } = spreadOf(times)
        medians.push(median)
        details.push(`${name}, ${limit} events: ${figure(median)} ms, at most ${figure(most)} ms.`)
      }
    }
    const { median, most } = spreadOf(medians)
    return [
      {
        what: 'reads of the event log by topic at a million rows and 50,000 topics',
        target: '< 20 ms, whatever the pattern',
        measured: `${figure(median)} ms; the slowest pattern ${figure(most)} ms`,
        met: most < 20,
        details,
      },
    ]
  } finally {
    await database.close()
    await drop()
  }
}

const filled = sql`
  insert into events (source, id, type, topic, time, received_at, data)
  select 'bench', n, 'bench', case
      when n <= 5000 then 'old.' || n % 50
      when n % 10 < 6 then 'deploy.' || (array['prod', 'staging', 'dev'])[1 + n % 3] || '.svc' || n * 7919 % 20000
      when n % 10 < 9 then 'ci.repo' || n * 104729 % 35000 || '.done'
      else 'hot.' || n % 5 end,
    now() - (1000000 - n) * interval '1 second', now() - (1000000 - n) * interval '1 second',
    '{"message":"something happened that takes about as many words to tell"}'
  from generate_series(1::bigint, 1000000) n`
