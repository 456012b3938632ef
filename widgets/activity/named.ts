import type { Outcome } from './clause.ts'

const shown = 3

/** `a, b and c`, or `a, b, c and 4 more`. */
export function named(names: readonly string[]): string {
  if (names.length > shown + 1) return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** What checks and jobs that ended together come to; failures are named. `where` reads on: `on main in acme/api`. */
export function outcome(kind: string, all: readonly Outcome[], where: string): string {
  const failed = all.filter((each) => each.failed)
  const names = [...new Set(failed.flatMap(({ name }) => name ?? []))].sort()
  const place = where === '' ? '' : ` ${where}`
  if (failed.length === 0) {
    const verb = all.every(({ passed }) => passed) ? 'passed' : 'ended'
    return `${all.length} ${kind}s ${verb}${place}`
  }
  const which =
    failed.length === all.length ? `${all.length} ${kind}s` : `${failed.length} of ${all.length} ${kind}s`
  return `${which} failed${place}${names.length > 0 ? `: ${named(names)}` : ''}`
}
