import type { Judgement } from './judge.ts'
import type { Mutant } from './mutant.ts'

/** In the order of the list. */
export function table(mutants: readonly Mutant[], judgements: readonly Judgement[]): string {
  const rows = mutants.map((mutant) => {
    const { seconds = 0 } = judgements.find((judgement) => judgement.mutant === mutant) ?? {}
    const { file, test } = mutant.caught
    const changed = [...new Set(mutant.patches.map((patch) => `\`${patch.file}\``))].join(', ')
    return `| ${[mutant.name, mutant.breaks, changed, `\`${file}\`: ${test}`, `${seconds.toFixed(1)} s`].join(' | ')} |`
  })
  return ['| mutant | what it breaks | changed | caught by | after |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  )
}
