import { expect, test } from 'vitest'
import { parseNatsServers } from './nats-servers.ts'

test.each([
  ['nats://a:4222', { servers: ['nats://a:4222'] }],
  ['nats://a:4222,nats://b:4223', { servers: ['nats://a:4222', 'nats://b:4223'] }],
  ['nats://me:p%40ss@a:4222,nats://b', { servers: ['nats://a:4222', 'nats://b'], user: 'me', pass: 'p@ss' }],
  ['tls://t0ken@a:4222', { servers: ['tls://a:4222'], token: 't0ken' }],
  ['nats://[::1]:4222', { servers: ['nats://[::1]:4222'] }],
])('%s', (url, expected) => {
  expect(parseNatsServers(url)).toEqual(expected)
})
