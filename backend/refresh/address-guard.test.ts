import { describe, expect, test } from 'vitest'
import { addressGuard } from './address-guard.ts'

describe('with nothing allowed', () => {
  const permits = addressGuard([])

  test.each([
    '93.184.215.14',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:2800:21f:cb07::1',
    '::ffff:1.1.1.1',
  ])('permits %s', (address) => expect(permits(address)).toBe(true))

  test.each([
    ['unspecified', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback, all of it', '127.255.0.9'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '192.168.1.1'],
    ['link-local, where clouds keep credentials', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['multicast', '224.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['IPv6 unspecified', '::'],
    ['IPv6 loopback', '::1'],
    ['IPv4-mapped loopback', '::ffff:127.0.0.1'],
    ['IPv4-mapped private', '::ffff:c0a8:101'],
    ['IPv4-compatible loopback', '::127.0.0.1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['IPv6 link-local', 'fe80::1'],
    ['IPv6 link-local with its zone', 'fe80::1%eth0'],
    ['unique local', 'fd00::1'],
    ['site-local', 'fec0::1'],
    ['IPv6 multicast', 'ff02::1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['local NAT64', '64:ff9b:1::7f00:1'],
    ['6to4', '2002:7f00:1::1'],
    ['Teredo', '2001:0:53aa:64c::1'],
    ['IPv6 documentation', '2001:db8::1'],
    ['no address', 'localhost'],
    ['nothing', ''],
  ])('refuses %s: %s', (_, address) => expect(permits(address)).toBe(false))
})

test('permits what the ranges name and no more', () => {
  const permits = addressGuard(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1/32'])
  expect(permits('10.1.2.3')).toBe(true)
  expect(permits('::ffff:10.1.2.3')).toBe(true)
  expect(permits('10.2.0.1')).toBe(false)
  expect(permits('fd00:1::9')).toBe(true)
  expect(permits('fd00:2::9')).toBe(false)
  expect(permits('127.0.0.1')).toBe(true)
  expect(permits('127.0.0.2')).toBe(false)
  expect(permits('::1')).toBe(false)
})

test('refuses to start with a range that is none', () => {
  expect(() => addressGuard(['10.0.0.0'])).toThrow()
})
