import { isIP } from 'node:net'
import {
  type ConnectionOptions as Connecting,
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
} from 'node:tls'
import {
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  type TlsOptions,
} from '@nats-io/transport-node'

/** How we prove who we are beside `NATS_URL`, and whom we trust: contents, not paths. */
export interface NatsAccess {
  /** A credentials file, as `nsc generate creds` writes it. */
  readonly creds?: string | undefined
  /** The seed of an nkey. */
  readonly nkey?: string | undefined
  /** PEM: authorities beside those of Node, and a certificate of ours with its key. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** `servers` are addresses such as `nats://nats.example.org:4222`; one of `tls:` is not talked to without TLS. */
export function accessOptions(
  { creds, nkey, ca, cert, key }: NatsAccess = {},
  servers: readonly string[] = [],
): ConnectionOptions {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const pems = Object.entries({ ca, cert, key }).filter(([, pem]) => pem !== undefined)
  // The client hands on to Node whatever else it is given.
  const tls: TlsOptions & Pick<Connecting, 'checkServerIdentity'> = {
    ...Object.fromEntries(pems),
    checkServerIdentity: identityOf(servers),
  }
  return {
    ...(creds === undefined ? {} : { authenticator: credsAuthenticator(bytes(creds)) }),
    ...(nkey === undefined ? {} : { authenticator: nkeyAuthenticator(bytes(nkey)) }),
    ...(pems.length > 0 || servers.some((server) => server.startsWith('tls:')) ? { tls } : {}),
  }
}

/** The client gives TLS no host that is an IP address, and Node takes `localhost` for it. */
function identityOf(servers: readonly string[]) {
  const hosts = servers.map((server) => new URL(server).hostname.replace(/^\[|\]$/g, '').toLowerCase())
  return (asked: string, certificate: PeerCertificate): Error | undefined => {
    const host = asked.toLowerCase()
    const meant = hosts.filter((each) => each === host || (host === 'localhost' && isIP(each) > 0))
    const faults = (meant.length > 0 ? meant : [host]).map((each) => checkServerIdentity(each, certificate))
    return faults.includes(undefined) ? undefined : faults[0]
  }
}

/** Whether a server could be answered with it: a seed has a checksum, and a file may be cut. */
export function canSign({ creds, nkey }: Pick<NatsAccess, 'creds' | 'nkey'>): boolean {
  return succeeds(() => {
    const { authenticator } = accessOptions({ creds, nkey })
    if (typeof authenticator === 'function') authenticator('a nonce')
  })
}

/** Whether both can be read, and the key is that of the certificate. */
export function isPair({ cert, key }: Pick<NatsAccess, 'cert' | 'key'>): boolean {
  return succeeds(() => createSecureContext({ cert, key }))
}

function succeeds(act: () => unknown): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
