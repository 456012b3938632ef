/** What git allows in no name of a branch, and so stands in no pattern either. */
const unfit = /[\s~^:?[\]\\\p{Cc}]|\.\.|@\{|\/\/|^[/-]|[/.]$|\*\*\*/u

/** A branch, or a pattern of them: `*` is any part of a name up to a slash, `**` any part at all. */
export function isBranchPattern(text: string): boolean {
  return !unfit.test(text)
}

/** Whether a pattern, as `isBranchPattern` takes it, is one of this branch. Its time grows with both lengths and no faster. */
export function matchesBranch(pattern: string, branch: string): boolean {
  if (!pattern.includes('*')) return pattern === branch
  const parts = pattern.match(/\*\*|\*|[^*]/gu) ?? []
  let reached = passStars(parts, new Set([0]))
  for (const character of branch) {
    const next = new Set<number>()
    for (const place of reached) {
      const part = parts[place]
      if (part === '**' || (part === '*' && character !== '/')) next.add(place)
      else if (part === character) next.add(place + 1)
    }
    reached = passStars(parts, next)
  }
  return reached.has(parts.length)
}

/** A star may stand for nothing. */
function passStars(parts: readonly string[], places: Set<number>): Set<number> {
  for (const place of places) if (parts[place]?.startsWith('*')) places.add(place + 1)
  return places
}
