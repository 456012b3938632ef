import { nkeys } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { accessOptions, type NatsAccess } from './nats-access.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** What the server is told when it asks for a signature of `nonce`. */
function answer(access: NatsAccess, nonce: string): { nkey?: string; jwt?: string; sig?: string } {
  const { authenticator } = accessOptions(access)
  if (typeof authenticator !== 'function') throw new Error('There is no authenticator.')
  const signed: object = authenticator(nonce) ?? {}
  return signed
}

const signs = (user: ReturnType<typeof nkeys.createUser>, nonce: string, signature = '') =>
  user.verify(new TextEncoder().encode(nonce), new Uint8Array(Buffer.from(signature, 'base64url')))

test('an nkey answers with its public key and signs what the server asks', () => {
  const user = nkeys.createUser()
  const { nkey, sig } = answer({ nkey: text(user.getSeed()) }, 'a nonce')
  expect(nkey).toBe(user.getPublicKey())
  expect(signs(user, 'a nonce', sig)).toBe(true)
  expect(signs(user, 'another', sig)).toBe(false)
})

test('a credentials file gives its token, and signs with its seed', () => {
  const user = nkeys.createUser()
  const creds = [
    '-----BEGIN NATS USER JWT-----',
    'header.payload.signature',
    '------END NATS USER JWT------',
    '',
    '-----BEGIN USER NKEY SEED-----',
    text(user.getSeed()),
    '------END USER NKEY SEED------',
    '',
  ].join('\n')
  const { jwt, sig } = answer({ creds }, 'a nonce')
  expect(jwt).toBe('header.payload.signature')
  expect(signs(user, 'a nonce', sig)).toBe(true)
})

test('certificates are handed on as they are, and nothing is asked for without them', () => {
  expect(accessOptions({ ca: 'CA', cert: 'C', key: 'K' })).toMatchObject({
    tls: { ca: 'CA', cert: 'C', key: 'K' },
  })
  expect(accessOptions({ ca: 'CA', nkey: undefined })).toMatchObject({ tls: { ca: 'CA' } })
  expect(accessOptions({})).toEqual({})
  expect(accessOptions(undefined)).toEqual({})
})
