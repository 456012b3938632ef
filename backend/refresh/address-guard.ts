import ipaddr from 'ipaddr.js'

const globalUnicast = ipaddr.parseCIDR('2000::/3')

/**
 * Whether a loader may connect to an IP address: those of the public internet, and what the ranges in `allow` (CIDR)
 * name. An IPv4 address written as an IPv6 one (`::ffff:10.0.0.1`) is judged as what it is; other forms that carry one
 * (NAT64, 6to4, Teredo) are refused, because where they lead depends on the network.
 * @throws Error for a range in `allow` that is none.
 */
export function addressGuard(allow: readonly string[]): (address: string) => boolean {
  const ranges = allow.map((range) => ipaddr.parseCIDR(range))
  return (text) => {
    if (!ipaddr.isValid(text)) return false
    const address = ipaddr.process(text)
    if (ranges.some((range) => range[0].kind() === address.kind() && address.match(range))) return true
    if (address.range() !== 'unicast') return false
    return address.kind() === 'ipv4' || address.match(globalUnicast)
  }
}
