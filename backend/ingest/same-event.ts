import type { Json } from '#widgets/define.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { readJson } from '../base/content.ts'
import { PUBLISHER } from './event.ts'

/**
 * Whether two envelopes of one `source` and `id` are one event sent twice. All of them counts but `time`, which is that
 * of the arrival where the producer told none, and who brought it.
 */
export function sameEvent(one: string, other: Uint8Array): boolean {
  const stored = readJson(other)
  return stored !== undefined && contentOf(JSON.parse(one)) === contentOf(stored.value)
}

function contentOf(envelope: unknown): string {
  // What was parsed from JSON; a `time` that is undefined is left out.
  if (typeof envelope !== 'object' || envelope === null) return canonicalJson(envelope as Json)
  return canonicalJson({ ...envelope, time: undefined, [PUBLISHER]: undefined } as unknown as Json)
}
