/** What replaces a secret. */
const HIDDEN = '•••'

/** Names of what nobody means to put on a page: `pwd`, `AWS_SECRET_ACCESS_KEY`, `apiKey`, `X-Auth-Token`. */
const names =
  '(?:secret|token|passw|passphrase|passcode|pwd|credential|cookie|auth(?!or(?!i[sz]))|bearer|jwt|session[-_ ]?id|signature|private|otp|dsn' +
  '|connection[-_ ]?string|(?:api|access|ssh|encryption|signing|master|deploy|account|storage|client|shared|service|license)[-_ ]?key)'
const secretName = new RegExp(names, 'i')

/** Tokens that tell by their beginning what they are. */
const tokens = new RegExp(
  [
    '\\bgh[opusr]_\\w{16,}|\\bgithub_pat_\\w{16,}|\\bgl(?:pat|dt|rt|cbt|soat|ptt|ft)-[\\w-]{16,}|\\bATATT[\\w-]{16,}',
    '\\bxox[a-z]-[\\w-]{10,}|\\bxapp-[\\w-]{10,}|\\b(?:sk|rk|pk|whsec)[_-](?:(?:live|test|proj|ant)[\\w]*[_-])?[\\w-]{16,}',
    '\\b(?:AKIA|ASIA)[A-Z0-9]{16}\\b|\\bAIza[\\w-]{30,}|\\bya29\\.[\\w-]{16,}|\\bGOCSPX-[\\w-]{16,}',
    '\\b(?:hubs|npm|hf|dop_v1|doo_v1|lin_api|sbp|shpat|shpss|figd|glsa|dckr_pat|pul|tfp|r8|nvapi|pat)[_-][\\w-]{20,}',
    '\\bpypi-[\\w-]{16,}|\\bSG\\.[\\w-]{16,}\\.[\\w-]{16,}|\\bhv[sb]\\.[\\w-]{16,}|\\bsq0[a-z]{3}-[\\w-]{16,}',
    '\\beyJ[\\w-]{6,}\\.eyJ[\\w-]{4,}\\.[\\w-]*',
    '-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}-----)?',
  ].join('|'),
  'g',
)
/** `Authorization: Bearer x`, `pwd=x`, `"apiKey": "x"`. */
const assigned = new RegExp(
  `([\\w.-]{0,40}${names}[\\w.-]{0,40}["']?\\s{0,4}[=:]\\s{0,4})(?:(?:bearer|basic|token|digest)\\s+)?("[^"]*"|'[^']*'|[^\\s,;&"'”’»]+)`,
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
    .replace(tokens, HIDDEN)
    .replace(assigned, `$1${HIDDEN}`)
    .replace(schemes, `$1 ${HIDDEN}`)
}
