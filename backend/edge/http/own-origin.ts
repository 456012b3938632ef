import type { IncomingHttpHeaders } from 'node:http'
import { ProblemError } from './problem.ts'

/**
 * Refuses what a page of another site had its reader's browser send. A browser says so in Sec-Fetch-Site, which no page
 * can write; older ones name the page in Origin. Programs send neither. @throws ProblemError 403
 */
export function refuseOtherSites(headers: IncomingHttpHeaders): void {
  const site = headers['sec-fetch-site']
  const own = site === undefined ? isOwn(headers) : site === 'same-origin' || site === 'none'
  if (!own) throw new ProblemError(403, 'Only pages of this server may ask for that.')
}

/** `Host` is one of our names, or the request would not have come this far; a proxy may have taken TLS off. */
function isOwn({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase().replace(/:(80|443)$/, '')
}
