import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import ipaddr from 'ipaddr.js'
import { ProblemError } from './problem.ts'

/**
 * Whether a Host header names this server: as one of `names`, as this machine, or by an address. A page elsewhere whose
 * name is made to resolve to us (DNS rebinding) is of our origin to its browser, but its name stays in Host; an address
 * is nobody's to redirect. A name is compared without its port; `*.` before one stands for any below it.
 */
export function hostRule(names: readonly string[]): (header: string | undefined) => boolean {
  const any = names.includes('*')
  const whole = new Set(['localhost', hostname().toLowerCase()])
  const ends = ['.localhost']
  for (const name of names.map((each) => each.toLowerCase())) {
    if (name.startsWith('*.')) ends.push(name.slice(1))
    else whole.add(name)
  }
  return (header) => {
    const name = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(header ?? '')?.[1]?.toLowerCase()
    if (name === undefined) return false
    if (any || ipaddr.IPv4.isValidFourPartDecimal(name)) return true
    if (name.startsWith('[')) return ipaddr.IPv6.isValid(name.slice(1, -1))
    // As a resolver takes it, the dot at the end of a whole name says nothing.
    const bare = name.endsWith('.') ? name.slice(0, -1) : name
    return whole.has(bare) || ends.some((end) => bare.endsWith(end))
  }
}

/**
 * The host that a request is for, as RFC 9112 (3.2) has it: of a whole address in the request line its own, else that of
 * the one Host header. `url` is that of the request line.
 * @throws ProblemError 400 when there are two, of which a proxy before us may have taken the other
 */
export function hostOf(
  { headers, rawHeaders, url: target }: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>,
  url: URL,
): string | undefined {
  const named = rawHeaders.filter((name, n) => n % 2 === 0 && name.toLowerCase() === 'host').length
  if (named > 1) throw new ProblemError(400, 'The request has more than one Host header.')
  return target?.startsWith('/') ? headers.host : url.host
}
