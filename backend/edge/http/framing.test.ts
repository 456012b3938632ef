import { expect, test } from 'vitest'
import { framing } from './framing.ts'

const wiki = 'https://wiki.example.org'
const framed = (referer?: string) => ({ 'sec-fetch-dest': 'iframe', ...(referer ? { referer } : {}) })

test('a page that its hub allows gets the widget, framed by its list alone', () => {
  expect(framing(framed(`${wiki}/page?a=1`), [wiki])).toEqual({ ancestors: [wiki] })
})

test('a page that its hub does not allow is told so, in a page anybody may frame', () => {
  expect(framing(framed('https://other.example.org/'), [wiki])).toEqual({
    ancestors: ['*'],
    refused: 'https://other.example.org',
  })
  expect(framing(framed(`${wiki}/`), [])).toEqual({ ancestors: ['*'], refused: wiki })
})

test('what does not say who frames it gets the hub’s list, and the browser decides', () => {
  for (const headers of [framed(), framed('about:client'), framed('nonsense'), { referer: `${wiki}/` }, {}]) {
    expect(framing(headers, [])).toEqual({ ancestors: [] })
    expect(framing(headers, ['https://other.example.org'])).toEqual({
      ancestors: ['https://other.example.org'],
    })
  }
})

test('that there is no such widget may be shown anywhere', () => {
  expect(framing(framed(`${wiki}/`), undefined)).toEqual({ ancestors: ['*'] })
})
