import { createSecureContext } from 'node:tls'
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'

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

export function accessOptions({ creds, nkey, ca, cert, key }: NatsAccess = {}): ConnectionOptions {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const tls = Object.entries({ ca, cert, key }).filter(([, pem]) => pem !== undefined)
  return {
    ...(creds === undefined ? {} : { authenticator: credsAuthenticator(bytes(creds)) }),
    ...(nkey === undefined ? {} : { authenticator: nkeyAuthenticator(bytes(nkey)) }),
    ...(tls.length === 0 ? {} : { tls: Object.fromEntries(tls) }),
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
