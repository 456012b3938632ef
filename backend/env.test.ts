import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EnvError, parseEnv } from './env.ts'
import { selfSigned } from './refresh/certificate.fixtures.ts'

function mistakes(given: Record<string, string>): string {
  try {
    parseEnv(given)
  } catch (error) {
    expect(error).toBeInstanceOf(EnvError)
    return (error as Error).message
  }
  return ''
}

test('nothing set gives the embedded product on loopback', () => {
  const env = parseEnv({})
  expect(env).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    HUBS_DATA: '.hubs',
    HUBS_ROLES: ['web', 'stream', 'daemon'],
  })
  expect(env.DATABASE_URL).toBeUndefined()
})

test('an empty variable counts as unset', () => {
  expect(parseEnv({ REDIS_URL: '', PORT: '' }).PORT).toBe(3000)
})

test('a role named twice counts once', () => {
  expect(mistakes({ HUBS_ROLES: 'web,web,web' })).toContain('DATABASE_URL')
})

test('all mistakes are told together', () => {
  const text = mistakes({
    PORT: 'x',
    REDIS_URL: 'http://nowhere',
    HUBS_FETCH_ALLOW: '127/8',
    HUBS_ROLES: 'cook',
  })
  for (const name of ['PORT', 'REDIS_URL', 'HUBS_FETCH_ALLOW', 'HUBS_ROLES']) expect(text).toContain(name)
})

test('fewer than all roles need real stores', () => {
  const text = mistakes({ HUBS_ROLES: 'web' })
  for (const name of ['DATABASE_URL', 'REDIS_URL', 'NATS_URL']) expect(text).toContain(name)
})

test('a shared database needs a shared secret', () => {
  expect(mistakes({ DATABASE_URL: 'postgres://localhost/hubs' })).toContain('HUBS_SECRET')
})

test('a secret may come from a file, but not twice', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hubs-env-')), 'token')
  writeFileSync(path, 'a-token-of-some-length\n')
  expect(parseEnv({ HUBS_ADMIN_TOKEN_FILE: path }).HUBS_ADMIN_TOKEN).toBe('a-token-of-some-length')
  expect(mistakes({ HUBS_ADMIN_TOKEN_FILE: path, HUBS_ADMIN_TOKEN: 'another-token-of-length' })).toContain(
    'both set',
  )
  expect(mistakes({ HUBS_ADMIN_TOKEN_FILE: `${path}-missing` })).toContain('cannot be read')
})

test.each([
  ['https://hubs.example.org/', 'https://hubs.example.org'],
  ['https://Hubs.example.org:443', 'https://hubs.example.org'],
  ['https://example.org/hubs', 'https://example.org/hubs'],
  ['https://example.org/teams/Hubs_1.0-a/', 'https://example.org/teams/Hubs_1.0-a'],
])('the public URL %s is kept as %s', (url, kept) => {
  expect(parseEnv({ HUBS_ORIGIN: url }).HUBS_ORIGIN).toBe(kept)
})

test.each([
  'https://example.org//hubs',
  'https://example.org/hubs//',
  'https://example.org/a/../hubs',
  'https://example.org/./hubs',
  'https://example.org/.hubs',
  'https://example.org/hubs%2fa',
  'https://example.org/a~b',
  'https://example.org/hubs\\a',
  'https://example.org/hubs?a',
  'https://example.org/hubs#a',
  'https://example.org/?a',
  'https://example.org/#a',
  'https://me:secret@example.org',
])('a public URL of %s is refused, never cut', (url) => {
  const said = mistakes({ HUBS_ORIGIN: url })
  expect(said).toContain(
    'HUBS_ORIGIN must be an address such as https://example.org or https://example.org/hubs',
  )
  expect(said).not.toContain('secret')
})

test('what is no public URL at all is told in one line', () => {
  expect(mistakes({ HUBS_ORIGIN: 'hubs.example.org' }).split('\n')).toHaveLength(1)
})

test('host names have no port and no path', () => {
  expect(parseEnv({ HUBS_HOSTS: 'a.example, *.b.example,*' }).HUBS_HOSTS).toEqual([
    'a.example',
    '*.b.example',
    '*',
  ])
  for (const name of ['a.example:3000', 'https://a.example', 'a.*', '*a.example', 'a b'])
    expect(mistakes({ HUBS_HOSTS: name }), name).toContain('HUBS_HOSTS must be')
})

test('proxies are those of this machine, those named, or none', () => {
  expect(parseEnv({}).HUBS_PROXIES).toEqual(['127.0.0.0/8', '::1/128'])
  expect(parseEnv({ HUBS_PROXIES: '10.0.0.0/8, 192.0.2.1,2001:db8::1' }).HUBS_PROXIES).toEqual([
    '10.0.0.0/8',
    '192.0.2.1/32',
    '2001:db8::1/128',
  ])
  expect(parseEnv({ HUBS_PROXIES: 'none' }).HUBS_PROXIES).toEqual([])
  const text = mistakes({
    HUBS_PROXIES: 'proxy',
    HUBS_STREAMS: '0',
    HUBS_STREAMS_PER_CLIENT: '1.5',
    HUBS_PUBLISH_RATE: '49',
    HUBS_EVENT_BYTES: '1000',
    HUBS_BUS_BYTES: '1e3',
  })
  for (const name of [
    'HUBS_PROXIES',
    'HUBS_STREAMS',
    'HUBS_STREAMS_PER_CLIENT',
    'HUBS_PUBLISH_RATE',
    'HUBS_EVENT_BYTES',
    'HUBS_BUS_BYTES',
  ])
    expect(text).toContain(`${name} must be`)
})

test('ranges are taken as they are meant, or refused by name', () => {
  const range = '::ffff:10.0.0.0/104'
  const env = parseEnv({ HUBS_PROXIES: range, HUBS_FETCH_ALLOW: `${range}, 192.0.2.1` })
  expect(env.HUBS_PROXIES).toEqual(['10.0.0.0/8'])
  expect(env.HUBS_FETCH_ALLOW).toEqual(['10.0.0.0/8', '192.0.2.1/32'])
  for (const name of ['HUBS_PROXIES', 'HUBS_FETCH_ALLOW']) {
    const said = mistakes({ [name]: '10.0.0.0/8, 192.168/16' })
    expect(said).toContain(`${name} must be address ranges such as 10.0.0.0/8`)
    expect(said).toContain('"192.168/16" is none')
  }
})

test('how NATS is reached is checked at the start', () => {
  const text = mistakes({
    ...{ NATS_PREFIX: 'a.b', NATS_CREDS: '/etc/hubs.creds', NATS_NKEY: 'SU', NATS_CA: 'ca.pem' },
  })
  for (const name of ['NATS_PREFIX', 'NATS_CREDS', 'NATS_NKEY', 'NATS_CA'])
    expect(text).toContain(`${name} must be`)
  const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'
  expect(mistakes({ NATS_CERT: pem })).toContain('NATS_CERT and NATS_KEY are set together')
})

test('what NATS could never be reached with is refused at the start', () => {
  const seed = `SU${'A'.repeat(56)}`
  const creds = `-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------`
  expect(mistakes({ NATS_NKEY: seed })).toContain('NATS_NKEY must be the seed of a user nkey, SU…')
  expect(mistakes({ NATS_CREDS: creds })).toContain('NATS_CREDS must be the content of a credentials file')
  const [ours, another] = [selfSigned(), selfSigned()]
  expect(mistakes({ NATS_CERT: ours.cert, NATS_KEY: another.key })).toContain(
    'NATS_KEY is not the key of NATS_CERT, or one of them cannot be read',
  )
  expect(parseEnv({ NATS_CERT: ours.cert, NATS_KEY: ours.key }).NATS_CERT).toBe(ours.cert)
})

test.each([
  'PORT',
  'HUBS_STREAMS',
  'HUBS_EVENT_DAYS',
  'HUBS_EVENT_ROWS',
  'HUBS_EVENT_BYTES',
  'HUBS_CHANGE_DAYS',
  'HUBS_REVISION_BYTES',
  'HUBS_DRAIN_SECONDS',
])('%s is decimal digits alone', (name) => {
  for (const value of ['0x7fffffff', '0x1', '0b1', '1e3', '+1000', '-1', ' ', '1000x', '9'.repeat(400)])
    expect(mistakes({ [name]: value })).toMatch(new RegExp(`^${name} must be a [^\\n]*$`))
})

test('days and seconds may have parts, and what is counted may not', () => {
  expect(parseEnv({ HUBS_EVENT_DAYS: '1.5', HUBS_DRAIN_SECONDS: '0.5' })).toMatchObject({
    HUBS_EVENT_DAYS: 1.5,
    HUBS_DRAIN_SECONDS: 0.5,
  })
  for (const name of ['PORT', 'HUBS_EVENT_ROWS']) expect(mistakes({ [name]: '2000.5' })).toContain(name)
})

test.each(['256.1.1.1', 'http://localhost', 'a b', 'fe80::1%eth0', 'me@host', '[::1'])(
  'HOST is no %s',
  (host) => {
    expect(mistakes({ HOST: host })).toMatch(/^HOST must be an address or a name to listen on/)
  },
)

test.each(['0.0.0.0', '::', '::1', '[::1]', 'localhost', 'hubs_web.internal'])('HOST is %s', (host) => {
  // Brackets belong to URLs.
  expect(parseEnv({ HOST: host }).HOST).toBe(host === '[::1]' ? '::1' : host)
})

test.each(['redis://h:1/abc', 'redis://h:1/1/2', 'redis://h:1/-1', 'redis://h:1/1.5', 'redis://h:1?db=1'])(
  'REDIS_URL %s names no database',
  (url) => {
    expect(mistakes({ REDIS_URL: url })).toMatch(/^REDIS_URL must end with the number of a database/)
  },
)

test.each(['redis://h:1', 'redis://h:1/', 'redis://h:1/15', 'rediss://u:p%25@h:1/0?family=6'])(
  'REDIS_URL may be %s',
  (url) => {
    expect(parseEnv({ REDIS_URL: url }).REDIS_URL).toBe(url)
  },
)

test.each(['DATABASE_URL', 'REDIS_URL', 'NATS_URL'])('%s with a bare %% is refused in words', (name) => {
  const protocol = name.slice(0, -4).toLowerCase().replace('database', 'postgres')
  expect(mistakes({ [name]: `${protocol}://user:100%@h/0`, HUBS_SECRET: 's'.repeat(32) })).toMatch(
    `${name} must have a % of its own, as of a password, written as %25`,
  )
})

test.each(['Zürich-Zürich-Zürich', 'with a space in it', 'short', 'x'.repeat(201)])(
  'HUBS_ADMIN_TOKEN is no %s, which no request could send',
  (token) => {
    expect(mistakes({ HUBS_ADMIN_TOKEN: token })).toMatch(/^HUBS_ADMIN_TOKEN must have 16 to 200 letters/)
  },
)
