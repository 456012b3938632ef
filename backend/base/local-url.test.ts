import { expect, test } from 'vitest'
import { localUrl } from './local-url.ts'

test.each([
  ['127.0.0.1', 'http://127.0.0.1:3000'],
  ['0.0.0.0', 'http://localhost:3000'],
  ['::', 'http://localhost:3000'],
  ['::1', 'http://[::1]:3000'],
  ['hubs.example', 'http://hubs.example:3000'],
])('what listens on %s is reached at %s', (host, url) => {
  expect(localUrl(host, 3000)).toBe(url)
  expect(URL.canParse(url)).toBe(true)
})
