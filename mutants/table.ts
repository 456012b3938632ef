import type { Judgement } from './judge.ts'
import type { Mutant } from './mutant.ts'

const BEGIN = '<!-- mutants -->'
const END = '<!-- /mutants -->'

/** Puts the table, in the order of the list, between the two marks of a page. */
export function intoPage(page: string, mutants: readonly Mutant[], judgements: readonly Judgement[]): string {
  const [before, after] = [page.split(BEGIN)[0], page.split(END)[1]]
  if (before === undefined || after === undefined) throw new Error(`The page has no ${BEGIN} … ${END}.`)
  const rows = mutants.map((mutant) => {
    const { seconds = 0 } = judgements.find((judgement) => judgement.mutant === mutant) ?? {}
    const { file, test } = mutant.caught
    const changed = [...new Set(mutant.patches.map((patch) => `\`${patch.file}\``))].join(', ')
    return `| ${[mutant.name, mutant.breaks, changed, `\`${file}\`: ${test}`, `${seconds.toFixed(1)} s`].join(' | ')} |`
  })
  const head = '| mutant | what it breaks | changed | caught by | after |\n|---|---|---|---|---|'
  return `${before}${BEGIN}\n${[head, ...rows].join('\n')}\n${END}${after}`
}
