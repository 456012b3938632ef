import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'
import { nkeys } from '@nats-io/transport-node'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import { selfSigned } from '../refresh/certificate.fixtures.ts'
import type { NatsAccess } from './nats-access.ts'
import { natsBus } from './nats-bus.ts'
import { operatorMode, seedOf } from './nats-keys.fixtures.ts'

const log = pino({ level: 'silent' })
const REFUSED = 'NATS refuses who we say we are, or wants to know: check NATS_URL, NATS_CREDS and NATS_NKEY.'

async function start(configuration: string, files: Readonly<Record<string, string>> = {}) {
  const server = await startNats({ files: { 'nats.conf': configuration, ...files } })
  onTestFinished(() => server.stop())
  return server
}

/** What comes of an event that is published and read back: its topic, or why there is none. */
async function outcome(url: string, access: NatsAccess = {}, prefix?: string): Promise<string> {
  const bus = natsBus({ url, log, access, prefix })
  const stop = new AbortController()
  try {
    await bus.publish([{ topic: 'a.b', id: randomUUID(), body: '{}' }])
    for await (const deliveries of bus.consume({ max: 1, signal: stop.signal })) {
      for (const delivery of deliveries) delivery.ack()
      return deliveries.map(({ topic }) => topic).join()
    }
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    stop.abort()
    await bus.close()
  }
}

/** The server at an address that its certificate does not name. */
async function elsewhere(url: string): Promise<string> {
  const proxy = createServer((socket) => {
    const there = connect(Number(new URL(url).port), '127.0.0.1')
    pipeline(socket, there, socket, () => {})
  })
  onTestFinished(() => void proxy.close())
  await once(proxy.listen(0, '127.0.0.2'), 'listening')
  return `nats://127.0.0.2:${(proxy.address() as AddressInfo).port}`
}

const withUser = (url: string, user: string) => url.replace('//', `//${user}@`)

test('an nkey that the server knows is let in, and no other', async () => {
  const user = nkeys.createUser()
  const { url } = await start(`authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`)
  expect(await outcome(url, { nkey: seedOf(user) })).toBe('a.b')
  expect(await outcome(url, { nkey: seedOf(user) }, 'acme')).toBe('a.b')
  expect(await outcome(url, { nkey: seedOf(nkeys.createUser()) })).toBe(REFUSED)
  expect(await outcome(url)).toBe(REFUSED)
})

test('a credentials file of the account is let in; one of another, or out of date, is not', async () => {
  const { configuration, creds } = operatorMode()
  const { url } = await start(configuration)
  const user = nkeys.createUser()
  expect(await outcome(url, { creds: creds(user) })).toBe('a.b')
  expect(await outcome(url, { creds: creds(user, { issuer: nkeys.createAccount() }) })).toBe(REFUSED)
  expect(await outcome(url, { creds: creds(user, { expires: 1_700_000_001 }) })).toBe(REFUSED)
  expect(await outcome(url)).toBe(REFUSED)
})

test('a token, and a user with a password, as the address has them', async () => {
  const token = await start('authorization { token: "t0k/en" }')
  expect(await outcome(withUser(token.url, 't0k%2Fen'))).toBe('a.b')
  expect(await outcome(withUser(token.url, 'another'))).toBe(REFUSED)
  const password = await start('authorization { user: hubs, password: "p@ss:word" }')
  expect(await outcome(withUser(password.url, 'hubs:p%40ss%3Aword'))).toBe('a.b')
  expect(await outcome(withUser(password.url, 'hubs:wrong'))).toBe(REFUSED)
})

test('what our user may not do is named', async () => {
  const may = async (permissions: string) => {
    const user = `{ user: hubs, password: secret, permissions: { ${permissions} } }`
    const { url } = await start(`authorization { users: [ ${user} ] }`)
    return outcome(withUser(url, 'hubs:secret'))
  }
  const subjects = '"$JS.API.>", "$JS.ACK.>", "events.>", "dead.>"'
  expect(await may(`publish: { allow: [${subjects}] }, subscribe: { allow: "_INBOX.>" }`)).toBe('a.b')
  expect(await may('publish: { deny: "$JS.API.CONSUMER.>" }')).toMatch(
    /^NATS does not let our user publish to \$JS\.API\.CONSUMER\.\S+\.$/,
  )
  expect(await may('publish: { deny: "events.>" }')).toMatch(/our user publish to events\.a\.b\.$/)
  expect(await may('subscribe: { deny: "_INBOX.>" }')).toMatch(/our user subscribe to _INBOX\./)
})

test('TLS with a certificate of ours, and what is said where one does not fit', async () => {
  const [theirs, ours] = [selfSigned(), selfSigned()]
  const { url } = await start(
    'tls { cert_file: cert.pem, key_file: key.pem, ca_file: ca.pem, verify: true, timeout: 5 }',
    { 'cert.pem': theirs.cert, 'key.pem': theirs.key, 'ca.pem': ours.cert },
  )
  const access = { ca: theirs.cert, ...ours }
  expect(await outcome(url, access)).toBe('a.b')
  expect(await outcome(url.replace('nats:', 'tls:'), access)).toBe('a.b')
  expect(await outcome(url, ours)).toBe(
    'The certificate of NATS is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): check NATS_CA and the host in NATS_URL.',
  )
  expect(await outcome(await elsewhere(url), access)).toBe(
    'The certificate of NATS is not trusted (ERR_TLS_CERT_ALTNAME_INVALID): check NATS_CA and the host in NATS_URL.',
  )
  // The reset of the connection may overtake what the server says.
  await expect
    .poll(() => outcome(url, { ca: theirs.cert }))
    .toBe('NATS refuses our certificate, or wants one: check NATS_CERT and NATS_KEY.')
})

test('what is to be reached by TLS is not talked to without it', async () => {
  const { url } = await start('')
  expect(await outcome(url)).toBe('a.b')
  expect(await outcome(url.replace('nats:', 'tls:'))).toBe(
    'NATS does not speak TLS, which NATS_URL (tls://), NATS_CA or NATS_CERT ask for.',
  )
})
