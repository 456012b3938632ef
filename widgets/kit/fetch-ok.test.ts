import { expect, test } from 'vitest'
import { serve } from '../http-server.fixtures.ts'
import { fetchOk } from './fetch-ok.ts'

test('a good answer is given as it is, and asked for with the accepted types', async () => {
  const { url, context } = await serve((request, response) => response.end(request.headers.accept))
  expect(await (await fetchOk(context, url, 'text/x')).text()).toBe('text/x')
})

test.each([
  [401, {}, 'upstream', 'answered 401: it shows this address only to those it knows.', undefined],
  [403, {}, 'upstream', 'answered 403: it shows this address only', undefined],
  [404, {}, 'upstream', 'answered 404: it has nothing at this address.', undefined],
  [206, {}, 'upstream', 'answered 206, a part of what it has there.', undefined],
  [418, {}, 'upstream', ' answered 418.', undefined],
  [500, {}, 'upstream', ' answered 500.', undefined],
  [503, {}, 'upstream', ' answered 503.', undefined],
  [503, { 'retry-after': '7' }, 'limited', 'asks us to wait', 7000],
  [429, {}, 'limited', 'asks us to wait', 60_000],
  [429, { 'retry-after': 'Thu, 15 Jan 2026 12:02:00 GMT' }, 'limited', 'asks us to wait', 120_000],
  [429, { 'retry-after': 'Thu, 15 Jan 2026 11:00:00 GMT' }, 'limited', 'asks us to wait', 1000],
  [429, { 'retry-after': '99999999' }, 'limited', 'asks us to wait', 86_400_000],
  [429, { 'retry-after': 'soon' }, 'limited', 'asks us to wait', 60_000],
])('%i %j is told as %s: %s', async (status, headers, code, words, retryAfter) => {
  const { url, context } = await serve((_, response) => response.writeHead(status, headers).end('x'))
  await expect(fetchOk(context, url, '*/*')).rejects.toEqual(
    expect.objectContaining({ code, message: expect.stringContaining(words), retryAfter }),
  )
})
