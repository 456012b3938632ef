import { describe } from 'vitest'
import type { OpenDatabase } from '../db/database.ts'
import { describeAnyEvent } from './contract/any-event.ts'
import { describeAppending } from './contract/appending.ts'
import { eachWithEventLog } from './contract/event-log-under-test.ts'
import { describeNewest } from './contract/newest.ts'
import { describePruning } from './contract/pruning.ts'
import { describeReading } from './contract/reading.ts'
import { describeTopics } from './contract/topics.ts'

const sections = [
  ...[describeAppending, describeAnyEvent, describeReading],
  ...[describeNewest, describeTopics, describePruning],
]

/** What the event log does on both databases; `open` gives an empty one. */
export function describeEventLog(name: string, open: () => Promise<OpenDatabase>): void {
  describe(`event log on ${name}`, () => {
    const given = eachWithEventLog(open)
    for (const section of sections) section(given)
  })
}
