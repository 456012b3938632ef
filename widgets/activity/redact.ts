import { knownSecret, secretPath } from '../kit/known-secrets.ts'

/** What replaces a secret. */
const HIDDEN = '•••'

/** Names of what nobody means to put on a page: `pwd`, `AWS_SECRET_ACCESS_KEY`, `apiKey`, `X-Auth-Token`. */
const names =
  '(?:secret|token|passw|passphrase|passcode|pwd|credential|cookie|auth(?!or(?!i[sz]))|bearer|jwt|session[-_ ]?id|signature|private|otp|dsn' +
  '|connection[-_ ]?string|(?:api|access|ssh|encryption|signing|master|deploy|account|storage|client|shared|service|license)[-_ ]?key)'
const secretName = new RegExp(names, 'i')

const tokens = new RegExp(
  `\\b(?:${knownSecret})|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}-----)?`,
  'g',
)
/** Up to its path an address is no secret, but what is left of one tells nothing. */
const secretAddress = new RegExp(`(?:https?://)?[\\w.:-]{0,200}(?:${secretPath})`, 'gi')
/** `Authorization: Bearer x`, `pwd=x`, `"apiKey": "x"`. */
const assigned = new RegExp(
  `([\\w.-]{0,40}${names}[\\w.-]{0,40}\\\\?["']?\\s{0,4}[=:]\\s{0,4})(?:(?:bearer|basic|token|digest)\\s+)?(\\\\?"[^"]*"|'[^']*'|[^\\s,;&"'”’»]+)`,
  'gi',
)
const schemes = /\b(bearer|basic)\s+[\w.~+/-]{8,}=*/gi
const inAddress = /(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/@]{1,200}@/gi

/** Whether a field of this name holds what nobody means to put on a page. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

/** A text without the secrets in it that can be told by their name or their beginning. */
export function redact(text: string): string {
  return text
    .replace(inAddress, `$1${HIDDEN}@`)
    .replace(secretAddress, HIDDEN)
    .replace(tokens, HIDDEN)
    .replace(assigned, `$1${HIDDEN}`)
    .replace(schemes, `$1 ${HIDDEN}`)
}
