import { afterEach, beforeEach, describe } from 'vitest'
import { cacheUnderTest, type OpenedCache } from './contract/cache-under-test.ts'
import { describeClosing } from './contract/closing.ts'
import { describeDueKeys } from './contract/due-keys.ts'
import { describeFailures, describeRetries } from './contract/failures.ts'
import { describeFeed } from './contract/feed.ts'
import { describeInvalidations, describeOvertakenLoads } from './contract/generations.ts'
import { describeInterest } from './contract/interest.ts'
import { describeLateRebuilds } from './contract/late-rebuilds.ts'
import { describeLeaseEnds } from './contract/lease-ends.ts'
import { describeGrants } from './contract/leases.ts'
import { describeLeasesOfInvalidations } from './contract/leases-of-invalidations.ts'
import { describePulse } from './contract/pulse.ts'
import { describeReads } from './contract/reads.ts'
import { describeLoadRecords, describeResults } from './contract/results.ts'
import { describeWakes } from './contract/wakes.ts'

const sections = [
  ...[describeReads, describeInterest, describeInvalidations, describeLeasesOfInvalidations],
  ...[describeDueKeys, describeGrants, describeLeaseEnds, describeOvertakenLoads, describeResults],
  describeLoadRecords,
  ...[describeFailures, describeRetries, describeLateRebuilds],
  ...[describePulse, describeFeed, describeWakes, describeClosing],
]

/** What every adapter of the cache does; `open` gives one with nothing in it, for each test anew. */
export function describeCache(name: string, open: () => Promise<OpenedCache>): void {
  describe(name, () => {
    let opened: OpenedCache
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    const given = cacheUnderTest(() => opened)
    for (const section of sections) section(given)
  })
}
