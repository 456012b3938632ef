import ipaddr from 'ipaddr.js'

/** The bits of `::ffff:0:0/96`, before an IPv4 address in an IPv6 one. */
const mappedBits = 96

/**
 * A range of addresses in the one form they are compared in: an address alone is a range of one, and IPv4 written as
 * IPv6 is IPv4, as addresses of peers are. Nothing for any other text, shorthands such as `10/8` included: the parser
 * would take that for `0.0.0.10/8`.
 */
export function addressRange(text: string): string | undefined {
  const [address = '', bits] = text.split('/')
  const isIPv4 = ipaddr.IPv4.isValidFourPartDecimal(address)
  if (!isIPv4 && (!ipaddr.IPv6.isValid(address) || address.includes('%'))) return undefined
  const whole = bits === undefined ? `${address}/${isIPv4 ? 32 : 128}` : text
  if (!ipaddr.isValidCIDR(whole)) return undefined
  const [network, length] = ipaddr.parseCIDR(whole)
  if (network instanceof ipaddr.IPv4 || !network.isIPv4MappedAddress()) return `${network}/${length}`
  return length < mappedBits ? undefined : `${network.toIPv4Address()}/${length - mappedBits}`
}
