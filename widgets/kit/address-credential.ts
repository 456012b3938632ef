import { knownSecret, secretPath } from './known-secrets.ts'

const whole = new Set([
  'key',
  'sig',
  'sign',
  'pass',
  'pwd',
  'auth',
  'authorization',
  'bearer',
  'jwt',
  'otp',
  'pat',
])
const ending =
  /(?:tokens?|secret|passw(?:or)?d|passphrase|passcode|api-?key|app-?key|auth-?key|access-?key(?:-?id)?|secret-?key|private-?key|subscription-?key|signature|credentials?|session-?id)$/
/** Where to go on reading, which lists call tokens too. */
const cursor = /^(?:page|next|next-?page|continuation|cursor|sync|skip|start|resume)-?token$/
const token = new RegExp(`^(?:${knownSecret})`)
const secret = new RegExp(secretPath, 'i')
/** Called as much that is short or in words, and then no secret: `?code=404`. */
const sometimes = new Set(['code', 'sid', 'ticket', 'hmac'])
const long = /^(?=\D*\d)[\w~+/=.-]{20,}$/

/**
 * What in an address is a credential, in words that do not repeat it; nothing when none is seen. Looked at are the user
 * name and password, parameters called as credentials are, also of an address within the address, paths of webhooks, and
 * whatever begins as the keys of well-known makers do.
 */
export function credentialIn(address: string): string | undefined {
  const text = decoded(asBrowsersRead(address))
  if (/\/\/[^/?#\s]*@/.test(text)) return 'a user name or password'
  if (secret.test(text)) return 'a path that is the secret, as of webhooks and private calendars'
  for (const { name, value } of pieces(text)) {
    if (name !== undefined && value !== '' && isCredentialName(name, value))
      return `the parameter “${name.slice(0, 40)}”`
    if (token.test(value)) return 'a part that looks like a key or token'
  }
  return undefined
}

/** An address as it may be shown where credentials must not be: without user name, password, parameters and fragment when one of its parts is a credential. */
export function withoutCredential(address: string): string {
  if (credentialIn(address) === undefined) return address
  const [plain = ''] = address.replace(/\/\/[^/?#\s]*@/, '//…@').split(/[?#;]/)
  return credentialIn(plain.replace('//…@', '//')) === undefined ? `${plain}…` : '…'
}

/** Web addresses are taken with any number of slashes of either kind, and with tabs and line ends anywhere (WHATWG URL, 4.4). */
function asBrowsersRead(address: string): string {
  const text = address.replace(/[\t\n\r]/g, '')
  return /^\s*https?:/i.test(text) ? text.replaceAll('\\', '/').replace(/:\/*/, '://') : text
}

/** Escapes may lie within escapes when one address holds another. */
function decoded(address: string): string {
  let text = address
  for (let depth = 0; depth < 3; depth++) {
    const next = text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
      try {
        return decodeURIComponent(escapes)
      } catch {
        return escapes
      }
    })
    if (next === text) break
    text = next
  }
  return text
}

/** Parameters, wherever an address may have them, and segments of its path, which have no name. */
function* pieces(text: string): Generator<{ name: string | undefined; value: string }> {
  for (const part of text.split(/[?&#;/\s]/)) {
    const at = part.indexOf('=')
    yield at < 0
      ? { name: undefined, value: part }
      : { name: part.slice(0, at), value: part.slice(at + 1).replace(/^(?:Bearer|Basic|token)[ +]/i, '') }
  }
}

function isCredentialName(name: string, value: string): boolean {
  // One spelling for privateToken, private_token and X-Private-Token.
  const plain = name
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/[^a-z\d]+/gi, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
    .replace(/^(?:x|amz|goog)-/, '')
  if (cursor.test(plain)) return false
  // A key may be what something is filed under: `?key=latency`.
  if (plain === 'key' && /^[a-z][a-z_.-]{0,23}$/i.test(value)) return false
  if (sometimes.has(plain)) return long.test(value)
  return whole.has(plain) || ending.test(plain)
}
