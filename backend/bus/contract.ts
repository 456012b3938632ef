import { describe } from 'vitest'
import { describeAcknowledgements } from './contract/acknowledgements.ts'
import { describeBatches } from './contract/batches.ts'
import { type BusStorage, eachWithBus } from './contract/bus-under-test.ts'
import { describeClosing } from './contract/closing.ts'
import { describeDeadLetters } from './contract/dead-letters.ts'
import { describePublishing } from './contract/publishing.ts'
import { describeReplay } from './contract/replay.ts'

const sections = [
  ...[describePublishing, describeBatches, describeAcknowledgements],
  ...[describeDeadLetters, describeReplay, describeClosing],
]

/** What every adapter of the bus does; `create` gives a storage with nothing on it, for each test anew. */
export function describeBus(name: string, create: () => Promise<BusStorage>): void {
  describe(name, () => {
    const given = eachWithBus(create)
    for (const section of sections) section(given)
  })
}
