import { type Json, type Load, LoadFailure, Until } from '../define.ts'
import { fetchOk } from '../fetch-ok.ts'
import { pick as evaluate } from './pick.ts'
import { shape } from './shape.ts'
import type { json } from './widget.ts'

const whole = '$'

export const load: Load<typeof json> = async ({ url, pick, as, maxAge }, context) => {
  const answer = await fetchOk(context, url, 'application/json, */*;q=0.5')
  const picked = await evaluate(pick ?? whole, await answer.text(), context.signal)
  if ('failed' in picked) throw failure(picked, new URL(url).host)
  const value = picked.json === undefined ? undefined : (JSON.parse(picked.json) as Json)
  return new Until(shape(value, as), context.now + maxAge * 1000)
}

function failure(
  { failed, message }: { failed: 'not-json' | 'too-much' | 'misfit'; message: string },
  host: string,
): LoadFailure {
  if (failed === 'not-json') return new LoadFailure('upstream', `${host} did not answer with JSON.`)
  if (failed === 'too-much') {
    return new LoadFailure(
      'refused',
      `What this widget picks from the answer of ${host} takes more time or room than it may.`,
    )
  }
  return new LoadFailure('upstream', `What this widget picks does not fit the answer of ${host}: ${message}`)
}
