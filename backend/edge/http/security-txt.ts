import type { Route } from './route.ts'

/** Days for which what is said may be relied on; a reader asks again then. */
const DAYS = 90

/** `/.well-known/security.txt` (RFC 9116): whom to tell of a weakness. Not there unless somebody is named. */
export function securityTxtRoutes(options: {
  contact: string | undefined
  origin: string | undefined
}): Route[] {
  const { contact, origin } = options
  const path = '/.well-known/security.txt'
  if (contact === undefined) return []
  return [
    {
      method: 'GET',
      path,
      right: 'anyone',
      async handle() {
        const expires = new Date(Date.now() + DAYS * 86_400_000).toISOString().replace(/\.\d+/, '')
        const lines = [`Contact: ${contact}`, `Expires: ${expires}`]
        if (origin !== undefined) lines.push(`Canonical: ${origin}${path}`)
        return {
          status: 200,
          headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' },
          body: `${lines.join('\n')}\n`,
        }
      },
    },
  ]
}
