import { expect, test } from 'vitest'
import { isSecretName, redact } from './redact.ts'

// Put together here, so that nothing that looks for secrets in this repository finds one.
const joined = (...parts: readonly string[]) => parts.join('')

test.each([
  ...[
    'pwd',
    'PWD',
    'auth',
    'x-auth-token',
    'AWS_SECRET_ACCESS_KEY',
    'password',
    'passwd',
    'apiKey',
    'api_key',
  ],
  ...[
    'API-KEY',
    'Authorization',
    'accessKey',
    'sshKey',
    'client_secret',
    'sessionId',
    'cookie',
    'db_passwd',
    'jwt',
  ],
])('%s is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true)
})

test.each(['author', 'authors', 'authorEmail', 'key', 'issue_key', 'version', 'by', 'passed', 'monkey'])(
  '%s is not',
  (name) => {
    expect(isSecretName(name)).toBe(false)
  },
)

test.each([
  joined('ghp', '_', 'a1B2'.repeat(9)),
  joined('github', '_pat_', 'a1B2_'.repeat(9)),
  joined('glpat', '-', 'a1B2'.repeat(5)),
  joined('xoxb', '-', '123456789012-abcdefghijkl'),
  joined('sk', '_live_', 'a1B2'.repeat(6)),
  joined('sk', '-proj-', 'a1B2'.repeat(6)),
  // Dashes are of their alphabet.
  joined('sk', '-ant-api03-', 'a1B2_c3-'.repeat(11)),
  joined('sk', '-or-v1-', '0a1b'.repeat(16)),
  joined('AKIA', 'ABCDEFGH12345678'),
  joined('AIza', 'a1B2_'.repeat(7)),
  joined('hubs', '_', 'a1B2'.repeat(8)),
  joined('bot', '1234567890:', 'a1B2'.repeat(9)),
  joined('https://hooks.slack', '.com/services/T00000000/B00000000/abcdefghijkl'),
  joined('npm', '_', 'a1B2'.repeat(9)),
  joined('eyJ', 'hbGciOiJIUzI1NiJ9', '.', 'eyJ', 'zdWIiOiIxIn0', '.', 'c2lnbmF0dXJl'),
  joined('-----BEGIN RSA ', 'PRIVATE KEY-----', 'MIIE'),
])('the token %s is hidden wherever it stands', (token) => {
  const shown = redact(`deployed with ${token} to prod`)
  expect(shown).not.toContain(token.slice(4))
  expect(shown).toMatch(/^deployed with •••/)
})

test.each([
  ['pwd=hunter2 and more', 'pwd=••• and more'],
  ['AWS_SECRET_ACCESS_KEY=abc/def+1', 'AWS_SECRET_ACCESS_KEY=•••'],
  ['Authorization: Bearer abc.def', 'Authorization: •••'],
  ['{"apiKey":"a b c","n":1}', '{"apiKey":•••,"n":1}'],
  ['said {\\"password\\":\\"hunter2\\",\\"n\\":1}', 'said {\\"password\\":•••,\\"n\\":1}'],
  ['sent Bearer abcdefgh123', 'sent Bearer •••'],
  ['clone https://tomas:geheim@git.example/x', 'clone https://•••@git.example/x'],
  ['GET /x?token=abc&n=1', 'GET /x?token=•••&n=1'],
])('%s', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

test.each([
  'octocat pushed “Fix the login” to main in acme/api',
  'web 1.4 was deployed to prod',
  'commit 0123456789abcdef0123456789abcdef01234567',
  'author: tomas',
  'see https://ci.example/web/88?tab=log',
  'mail tomas@example.org',
  'see sk-some-long-article-title and npm-how-to-publish-a-package',
  'set npm_config_registry_fetch_timeout',
])('%s stays as it is', (text) => {
  expect(redact(text)).toBe(text)
})
