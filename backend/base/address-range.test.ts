import { expect, test } from 'vitest'
import { addressRange } from './address-range.ts'

test('a range is kept, and an address alone is a range of one', () => {
  expect(addressRange('10.0.0.0/8')).toBe('10.0.0.0/8')
  expect(addressRange('192.0.2.1')).toBe('192.0.2.1/32')
  expect(addressRange('2001:DB8::/32')).toBe('2001:db8::/32')
  expect(addressRange('2001:db8::1')).toBe('2001:db8::1/128')
})

test('IPv4 written as IPv6 is the IPv4 range that it means', () => {
  expect(addressRange('::ffff:10.0.0.0/104')).toBe('10.0.0.0/8')
  expect(addressRange('::ffff:a00:0/104')).toBe('10.0.0.0/8')
  expect(addressRange('::ffff:192.0.2.1')).toBe('192.0.2.1/32')
})

test.each([
  // Each of these is read by inet_aton as a range of other addresses than its writer means.
  ...['10/8', '192.168/16', '010.0.0.0/8', '0x0a.0.0.0/8', '167772160/8'],
  // More than all of IPv4 and less than all of IPv6: no address is in it as its writer means.
  '::ffff:10.0.0.0/8',
  ...['fe80::1%eth0/64', '[::1]/128', '10.0.0.0/33', '10.0.0.0/', '/8', 'proxy', ''],
])('%s is no range', (text) => {
  expect(addressRange(text)).toBeUndefined()
})
