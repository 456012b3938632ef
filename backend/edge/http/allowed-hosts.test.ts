import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { hostRule } from './allowed-hosts.ts'

test.each([
  'localhost:3000',
  'localhost',
  'LOCALHOST',
  'hubs.localhost:80',
  '127.0.0.1:3000',
  '[::1]:3000',
  '[::1]',
  '192.168.1.7:3000',
  '[fe80::1]:3000',
  hostname(),
])('%s needs no setting', (host) => {
  expect(hostRule([])(host)).toBe(true)
})

test.each([
  'evil.example',
  'evil.example:3000',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  '0x7f.1',
  '2130706433',
  '',
  undefined,
  'localhost:3000, evil.example',
  'localhost:x',
  'a@localhost',
  '[::1',
  '::1',
])('%s is not this server', (host) => {
  expect(hostRule(['hubs.example.org'])(host)).toBe(false)
})

test('names that are set, and all below one', () => {
  const allowed = hostRule(['Hubs.example.org', '*.corp.example'])
  for (const host of ['hubs.example.org', 'HUBS.example.org:443', 'hubs.example.org.', 'a.b.corp.example'])
    expect(allowed(host), host).toBe(true)
  for (const host of ['corp.example', 'xcorp.example', 'hubs.example.org.evil.example', 'a.hubs.example.org'])
    expect(allowed(host), host).toBe(false)
  expect(hostRule(['*'])('anything.example')).toBe(true)
})
