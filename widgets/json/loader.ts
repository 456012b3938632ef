import { type Load, Until } from '../define.ts'
import { fetchOk } from '../kit/fetch-ok.ts'
import { inSandbox } from '../sandbox/sandbox.ts'
import { tooMuchWords } from './read-answer.ts'
import { readPlain } from './read-plain.ts'
import type { json } from './widget.ts'

export const load: Load<typeof json> = async ({ url, pick, as, maxAge }, context) => {
  const text = await (await fetchOk(context, url, 'application/json, */*;q=0.5')).text()
  const { host } = new URL(url)
  const answer = { text, host, pick, as }
  const data =
    readPlain(answer) ??
    (await inSandbox('json', answer, {
      party: context.party,
      purpose: `json ${url} ${pick}`,
      tooMuch: tooMuchWords(host),
      signal: context.signal,
    }))
  return new Until(data, context.now + maxAge * 1000)
}
