import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'
import type { Client } from '../../access/client.ts'

type Address = ReturnType<typeof ipaddr.process>
type Range = ReturnType<typeof ipaddr.parseCIDR>

/**
 * Tells whom a request comes from: the peer of its socket, unless that is one of `proxies`; then the rightmost address of
 * X-Forwarded-For that is none of them. Each proxy adds at the right who asked it, and anybody may have written what
 * stands further left.
 */
export function clientRule(proxies: readonly string[]): (request: IncomingMessage) => Client {
  const ranges = proxies.map((range) => ipaddr.parseCIDR(range))
  const isProxy = (address: Address): boolean => ranges.some((range) => lies(address, range))

  return (request) => {
    let client = parse(request.socket.remoteAddress ?? '')
    // A socket that is gone has no address any more.
    if (!client) return { address: 'unknown', counted: 'unknown' }
    const named = (request.headers['x-forwarded-for'] as string | undefined)?.split(',') ?? []
    while (isProxy(client) && named.length > 0) {
      const next = parse(named.pop()?.trim() ?? '')
      // A proxy writes only addresses: this text came from further away, and nothing beyond it can be believed.
      if (!next) break
      client = next
    }
    return { address: client.toString(), counted: countedAs(client) }
  }
}

/** An address as proxies write it, with a port or in brackets too; IPv4 in IPv6 is IPv4. */
function parse(text: string): Address | undefined {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text
  // A zone names an interface of this machine, and `127.1` an address that no proxy writes so.
  const plain = bare.split('%')[0] ?? ''
  return ipaddr.IPv4.isValidFourPartDecimal(plain) || ipaddr.IPv6.isValid(plain)
    ? ipaddr.process(plain)
    : undefined
}

function lies(address: Address, [network, bits]: Range): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

function countedAs(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString()
  const network = address.toByteArray().map((byte, at) => (at < 8 ? byte : 0))
  return `${ipaddr.fromByteArray(network).toString()}/64`
}
