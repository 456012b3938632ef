import { nkeys } from '@nats-io/transport-node'

type Pair = ReturnType<typeof nkeys.createUser>

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unlimited = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, -1]))

export const seedOf = (pair: Pair): string => new TextDecoder().decode(pair.getSeed())

/** A token of NATS, as its tool makes it, of `pair` and signed by `issuer`. */
function token(pair: Pair, issuer: Pair, nats: object, more: object = {}): string {
  const about = { iss: issuer.getPublicKey(), sub: pair.getPublicKey(), name: 'test', iat: 1_700_000_000 }
  const head = encode({ typ: 'JWT', alg: 'ed25519-nkey' })
  const text = `${head}.${encode({ ...about, ...more, jti: 'TEST', nats: { version: 2, ...nats } })}`
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString('base64url')}`
}

/** A server in operator mode: its configuration, and credentials files of users of the account it knows. */
export function operatorMode() {
  const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()]
  const storage = unlimited('mem_storage', 'disk_storage', 'streams', 'consumer')
  const rest = unlimited('subs', 'data', 'payload', 'imports', 'exports', 'conn', 'leaf')
  const preloaded = [
    [
      account.getPublicKey(),
      token(account, operator, { type: 'account', limits: { ...rest, ...storage, wildcards: true } }),
    ],
    [
      system.getPublicKey(),
      token(system, operator, { type: 'account', limits: { ...rest, wildcards: true } }),
    ],
  ]
  const configuration = `
operator: ${token(operator, operator, { type: 'operator', system_account: system.getPublicKey() })}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: { ${preloaded.map(([key, text]) => `${key}: ${text}`).join('\n')} }
`
  return {
    configuration,
    creds(user: Pair, { expires, issuer = account }: { expires?: number; issuer?: Pair } = {}): string {
      const limits = unlimited('subs', 'data', 'payload')
      const jwt = token(user, issuer, { type: 'user', ...limits }, expires ? { exp: expires } : {})
      return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seedOf(user)}\n------END USER NKEY SEED------\n`
    },
  }
}
