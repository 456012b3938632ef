import { expect, test } from 'vitest'
import { refuseOtherSites } from './own-origin.ts'

test.each([
  {},
  { 'sec-fetch-site': 'same-origin', origin: 'https://rewritten.example' },
  { 'sec-fetch-site': 'none' },
  { origin: 'http://hubs.example', host: 'hubs.example' },
  { origin: 'https://hubs.example', host: 'Hubs.example:443' },
  { origin: 'http://localhost:3000', host: 'localhost:3000' },
])('%o is ours, or of a program', (headers) => {
  expect(() => refuseOtherSites({ host: 'hubs.example', ...headers })).not.toThrow()
})

test.each([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site', origin: 'https://hubs.example' },
  { 'sec-fetch-site': '' },
  { origin: 'null' },
  { origin: 'https://evil.example' },
  { origin: 'https://hubs.example:8443' },
  { origin: 'https://hubs.example.evil.example' },
])('%o is of another site', (headers) => {
  expect(() => refuseOtherSites({ host: 'hubs.example', ...headers })).toThrow(/pages of this server/)
})
