import type { Json, Secrets } from '#widgets/define.ts'
import type { Loadable } from './load.ts'

/**
 * The system outside that a load asks first, as far as its type and params tell before it runs: the host of an address,
 * or a name as the type gives it. Nothing for a load that stays in the house.
 */
export function sourceOf(
  { type, params }: Pick<Loadable, 'type' | 'params'>,
  secrets: Secrets,
): string | undefined {
  const { source } = type.definition
  const named = source ? source.call(type.definition, params, secrets) : addressIn(params)
  return typeof named === 'string' && URL.canParse(named) ? new URL(named).host || named : named
}

function addressIn(params: Json): string | undefined {
  if (params === null || typeof params !== 'object' || !('url' in params)) return undefined
  return typeof params.url === 'string' ? params.url : undefined
}
