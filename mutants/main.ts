// Every mutant must be caught. Words choose mutants by name; --write puts the table into docs/reliability.md.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeSection } from '../scripts/page-section.ts'
import { type Judgement, judge } from './judge.ts'
import { mutants } from './list.ts'
import { runTests } from './run-tests.ts'
import { table } from './table.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false }, report: { type: 'string' } },
})
const chosen = mutants.filter(({ name }) => positionals.every((word) => name.includes(word)))
if (chosen.length === 0 || (values.write && positionals.length > 0)) {
  console.error(
    chosen.length === 0 ? 'No mutant has such a name.' : 'The whole table is written or none of it.',
  )
  process.exit(2)
}

// Servers that are given are shared, so that only one run at a time may use them.
const atATime = process.env.TEST_REDIS_URL || process.env.TEST_NATS_URL ? 1 : 2

/** Does all the work there is, some of it at the same time. */
async function all<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items]
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}

const failures: string[] = []
const judgements: Judgement[] = []

/** A test that fails on the product itself catches nothing. */
await all([...new Set(chosen.map(({ caught }) => caught.project))], async (project) => {
  const began = performance.now()
  const asked = chosen.map(({ caught }) => caught).filter((caught) => caught.project === project)
  const outcomeOf = await runTests(asked, [])
  for (const one of new Set(asked)) {
    const { status, message } = outcomeOf(one)
    if (status !== 'passed')
      failures.push(`${one.file}: ${one.test}: ${status} on the product itself\n${message}`)
  }
  console.log(`The product itself, ${project}: ${seconds(performance.now() - began)}`)
})

if (failures.length === 0) {
  await all(chosen, async (mutant) => {
    const judgement = await judge(mutant)
    judgements.push(judgement)
    const { fault } = judgement
    const how =
      fault === undefined ? `caught by ${mutant.caught.file}: ${mutant.caught.test}` : `NOT CAUGHT. ${fault}`
    console.log(`${mutant.name}: ${how} (${seconds(judgement.seconds * 1000)})`)
    if (fault !== undefined) failures.push(`${mutant.name}: ${fault}`)
  })
} else console.error(failures.join('\n'))

const passed = judgements.filter(({ fault }) => fault === undefined).length
if (values.report) writeFileSync(values.report, JSON.stringify({ passed, failures }))
if (values.write && failures.length === 0)
  writeSection('reliability.md', 'mutants', table(mutants, judgements))
console.log(`${passed} of ${chosen.length} mutants caught`)
process.exit(failures.length === 0 ? 0 : 1)

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
