import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { clientRule } from './client-address.ts'

const asked = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

const client = (proxies: readonly string[], peer: string | undefined, forwarded?: string) =>
  clientRule(proxies)(asked(peer, forwarded)).address

test('who is no proxy is believed nothing', () => {
  expect(client([], '198.51.100.7', '203.0.113.1')).toBe('198.51.100.7')
  expect(client(['10.0.0.0/8'], '198.51.100.7', '203.0.113.1')).toBe('198.51.100.7')
})

test('behind proxies it is the rightmost address that is none of them', () => {
  const proxies = ['127.0.0.0/8', '10.0.0.0/8', 'fd00::/8']
  expect(client(proxies, '127.0.0.1', '203.0.113.1')).toBe('203.0.113.1')
  expect(client(proxies, '10.0.0.3', '6.6.6.6, 203.0.113.1, 10.0.0.2')).toBe('203.0.113.1')
  expect(client(proxies, 'fd00::3', '6.6.6.6,203.0.113.1')).toBe('203.0.113.1')
  expect(client(proxies, '::ffff:127.0.0.1', ' 203.0.113.1:4711 ')).toBe('203.0.113.1')
  expect(client(proxies, '10.0.0.3', '[2001:db8::1]:4711')).toBe('2001:db8::1')
})

test('all that is named are proxies: the leftmost of them', () => {
  expect(client(['10.0.0.0/8'], '10.0.0.3', '10.0.0.1, 10.0.0.2')).toBe('10.0.0.1')
})

test('a proxy that names nobody, or no address, is the client itself', () => {
  expect(client(['10.0.0.0/8'], '10.0.0.3')).toBe('10.0.0.3')
  for (const said of ['', 'unknown', 'localhost', '127.1', '1', '0x7f.0.0.1', '9.9.9.9 , _hidden', ',,'])
    expect(client(['10.0.0.0/8'], '10.0.0.3', said)).toBe('10.0.0.3')
})

test('a socket that is gone names nobody, and nothing is thrown', () => {
  expect(client(['10.0.0.0/8'], undefined, '203.0.113.1')).toBe('unknown')
})

test('a network of IPv6 counts as one client, addresses of IPv4 each', () => {
  const counted = (peer: string) => clientRule([])(asked(peer)).counted
  expect(counted('2001:db8:1:2:3:4:5:6')).toBe(counted('2001:db8:1:2::9'))
  expect(counted('2001:db8:1:2::9')).not.toBe(counted('2001:db8:1:3::9'))
  expect(counted('fe80::1%eth0')).toBe('fe80::/64')
  expect(counted('198.51.100.7')).toBe('198.51.100.7')
  expect(counted('::ffff:198.51.100.7')).toBe('198.51.100.7')
})
