import type { IncomingHttpHeaders } from 'node:http'
import type { Expectation } from '../../hubs/hubs.ts'

export const etagOf = (revision: number): string => `"${revision}"`

function tags(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim())
}

/** `If-Match` names revisions that may be replaced, `*` any there is; `If-None-Match: *` asks for there being none. */
export function expectation(headers: IncomingHttpHeaders): Expectation | undefined {
  const match = headers['if-match']
  if (match !== undefined) {
    const named = tags(match)
    if (named.includes('*')) return { exists: true }
    // A weak tag, or one that was never ours, matches nothing (RFC 9110, 13.1.1).
    return { revisions: named.flatMap((tag) => (/^"\d{1,15}"$/.test(tag) ? [Number(tag.slice(1, -1))] : [])) }
  }
  return tags(headers['if-none-match']).includes('*') ? { exists: false } : undefined
}
