import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decode } from './decode.ts'

const xml = (encoding: string, text: string) => `<?xml version="1.0" encoding="${encoding}"?><a>${text}</a>`

describe('when what is said about the encoding conflicts', () => {
  test.each<[string, Uint8Array, string | null]>([
    ['UTF-8 that HTTP calls latin', Buffer.from('<a>Café</a>'), 'text/xml; charset=iso-8859-1'],
    ['UTF-8 that the declaration calls latin', Buffer.from(xml('iso-8859-1', 'Café')), null],
    ['UTF-8 that the declaration calls UTF-16', Buffer.from(xml('utf-16', 'Café')), 'text/xml'],
    [
      'latin that HTTP calls UTF-8',
      Buffer.from(xml('iso-8859-1', 'Café'), 'latin1'),
      'text/xml; charset=utf-8',
    ],
    ['latin that all call UTF-8', Buffer.from(xml('utf-8', 'Café'), 'latin1'), 'text/xml; charset=utf-8'],
    ['UTF-16 without a mark', Buffer.from('<a>Café</a>', 'utf16le'), 'text/xml; charset=utf-8'],
    ['UTF-8 behind its mark', Buffer.from('\ufeff<a>Café</a>'), 'text/xml; charset=iso-8859-1'],
  ])('%s is read as it is', (_, bytes, contentType) => {
    expect(decode(bytes, contentType)).toContain('<a>Café</a>')
  })

  test('plain ASCII called UTF-16 is read as it is', () => {
    expect(decode(Buffer.from(xml('utf-16', 'x')), 'text/xml; charset=utf-16')).toContain('<a>x</a>')
  })

  test('one broken letter does not make another encoding of UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('<a>Café '), Buffer.from([0xff]), Buffer.from('</a>')])
    expect(decode(bytes, null)).toBe('<a>Café \ufffd</a>')
  })
})

describe('a compressed file that is not called so', () => {
  test('is opened', () => {
    expect(decode(gzipSync('<a>é</a>'), 'application/x-gzip')).toBe('<a>é</a>')
  })

  test('is not opened beyond 5 MiB', () => {
    expect(() => decode(gzipSync(Buffer.alloc(6 * 1024 * 1024)), null)).toThrow()
  })
})
