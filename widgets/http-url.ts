import { z } from 'zod'

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}

/** An address a loader fetches: http or https, without a user name or password, which would end up on pages and in logs. */
export const httpUrl = z.string().max(2000).refine(isHttpUrl, {
  error:
    'must be an http or https address without a user name or password, such as https://example.org/feed.xml',
})
