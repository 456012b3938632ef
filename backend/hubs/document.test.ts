import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHubDocument } from './document.ts'
import { HubError } from './hub-error.ts'
import { checkSlug } from './slug.ts'
import { at, hubDocument, textWidget, typeOf } from './types.fixtures.ts'

const parse = (raw: unknown) => parseHubDocument(raw, typeOf)

function errorsOf(raw: unknown): Record<string, string> {
  try {
    parse(raw)
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    expect(error.code).toBe('hub-refused')
    return Object.fromEntries(error.errors.map(({ field, message }) => [field, message]))
  }
  return {}
}

test('a whole document is taken as it was given', () => {
  const document = hubDocument({
    summary: 'Two\nlines',
    embedOrigins: ['https://wiki.example.org', 'http://127.0.0.1:8080', 'https://wiki.example.org'],
    widgets: [
      textWidget('hi', { id: 'greeting', title: 'Greeting' }),
      textWidget('hi', { position: at(10) }),
    ],
  })
  expect(parse(document)).toEqual({
    ...document,
    embedOrigins: ['https://wiki.example.org', 'http://127.0.0.1:8080'],
  })
  expect(parse(hubDocument())).toEqual({ ...hubDocument(), summary: '', embedOrigins: [] })
})

test.each([
  ['no object', 'text', { '': 'must be an object' }],
  ['nothing', null, { '': 'must be an object' }],
  ['an unknown field', hubDocument({ owner: 'me' }), { '/owner': 'is not a field here' }],
  ['no title', { visibility: 'public', widgets: [] }, { '/title': 'is required' }],
  ['an empty title', hubDocument({ title: '' }), { '/title': 'must not be blank' }],
  ['a blank title', hubDocument({ title: ' \u00a0' }), { '/title': 'must not be blank' }],
  [
    'a long title',
    hubDocument({ title: 'x'.repeat(121) }),
    { '/title': 'must be at most 120 characters long' },
  ],
  ['a title of two lines', hubDocument({ title: 'a\nb' }), { '/title': expect.stringContaining('one line') }],
  [
    'a long summary',
    hubDocument({ summary: 'x'.repeat(501) }),
    { '/summary': 'must be at most 500 characters long' },
  ],
  [
    'members only',
    hubDocument({ visibility: 'members' }),
    { '/visibility': expect.stringContaining('no accounts') },
  ],
  ['no visibility', { title: 'x', widgets: [] }, { '/visibility': 'is required: "public"' }],
  ['no widgets', { title: 'x', visibility: 'public' }, { '/widgets': 'is required' }],
  [
    'too many widgets',
    hubDocument({ widgets: Array.from({ length: 101 }, () => textWidget('x')) }),
    { '/widgets': 'must be at most 100 entries long' },
  ],
  [
    'an unknown type',
    hubDocument({ widgets: [textWidget('x'), textWidget('x', { type: 'constructor' })] }),
    { '/widgets/1/type': 'names no widget type: there is none called "constructor"' },
  ],
  [
    'config its type refuses',
    hubDocument({ widgets: [textWidget('x', { config: { text: 1, 'o/d~d': 2, url: 'nowhere' } })] }),
    {
      '/widgets/0/config/text': 'must be a text',
      '/widgets/0/config/url': 'Invalid URL',
      '/widgets/0/config/o~1d~0d': 'is not a field here',
    },
  ],
  [
    'no config',
    hubDocument({ widgets: [textWidget('x', { config: undefined })] }),
    { '/widgets/0/config': 'is required' },
  ],
  [
    'config that makes its type throw',
    hubDocument({ widgets: [textWidget('x', { type: 'throwing' })] }),
    { '/widgets/0/config': 'could not be understood by the type throwing' },
  ],
  [
    'config without end',
    hubDocument({ widgets: [textWidget('x', { type: 'throwing', config: { much: 'x'.repeat(65_536) } })] }),
    { '/widgets/0/config': 'must be at most 64 KiB of JSON' },
  ],
  [
    'a widget that sticks out',
    hubDocument({ widgets: [textWidget('x', { position: { x: 8, y: 0, w: 5, h: 1 } })] }),
    { '/widgets/0/position/w': 'reaches beyond the 12 columns' },
  ],
  [
    'a widget nowhere',
    hubDocument({ widgets: [textWidget('x', { position: { x: -1, y: 0.5, w: 0, h: 21 } })] }),
    {
      '/widgets/0/position/x': 'must be at least 0',
      '/widgets/0/position/y': 'must be a whole number',
      '/widgets/0/position/w': 'must be at least 1',
      '/widgets/0/position/h': 'must be at most 20',
    },
  ],
  [
    'an id twice',
    hubDocument({ widgets: [textWidget('x', { id: 'a' }), textWidget('y', { id: 'a' })] }),
    { '/widgets/1/id': 'is the id of another widget of this document' },
  ],
  [
    'an id with a slash',
    hubDocument({ widgets: [textWidget('x', { id: 'a/b' })] }),
    { '/widgets/0/id': expect.stringContaining('letters, digits') },
  ],
  ['a NUL', hubDocument({ summary: 'a\0' }), { '/summary': 'holds a NUL or half of a surrogate pair' }],
  [
    'half a surrogate pair deep inside',
    hubDocument({ widgets: [textWidget('x', { config: { text: '\ud800' } })] }),
    { '/widgets/0/config/text': 'holds a NUL or half of a surrogate pair' },
  ],
  [
    'an infinite number',
    hubDocument({ widgets: JSON.parse('[1e999]') }),
    { '/widgets/0': 'is too large a number' },
  ],
  [
    'more bad numbers than a call takes arguments',
    hubDocument({ widgets: [textWidget('x', { config: JSON.parse(`[${'1e999,'.repeat(150_000)}0]`) })] }),
    expect.objectContaining({ '/widgets/0/config/149999': 'is too large a number' }),
  ],
  [
    'a name that means something to JavaScript',
    JSON.parse('{"title":"x","visibility":"public","widgets":[],"__proto__":{}}'),
    { '': 'has a field with a name that is not allowed' },
  ],
  [
    'nesting without end',
    hubDocument({ widgets: JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) }),
    { [`/widgets${'/0'.repeat(31)}`]: 'is nested more than 32 deep' },
  ],
])('%s is refused by the name of the field', (_, raw, errors) => {
  expect(errorsOf(raw)).toEqual(errors)
})

test.each([
  'wiki.example.org',
  'https://wiki.example.org/',
  'https://wiki.example.org/path',
  'https://WIKI.example.org',
  'https://*.example.org',
  'https://a;script-src',
  'https://a,b',
  'https://user@a',
  'https://a:443',
  'https://a:99999',
  'javascript:alert(1)',
  'file:///etc',
  "'self'",
  '*',
  'null',
])('%s is no origin that may embed', (origin) => {
  expect(errorsOf(hubDocument({ embedOrigins: [origin] }))).toEqual({
    '/embedOrigins/0': expect.stringContaining('must be an origin'),
  })
})

test('the refusal is a sentence that names the first bad field', () => {
  expect(() => parse(hubDocument({ title: 5 }))).toThrow(
    'The hub document is refused. /title must be a text.',
  )
})

test.each(['a', '0', 'a-b-', 'x'.repeat(63), 'designteam'])('%s is a slug', (slug) => {
  expect(() => checkSlug(slug)).not.toThrow()
})

test.each(['', '-a', 'A', 'a_b', 'a.b', 'ä', 'a/b', 'x'.repeat(64), '_next', '~me', 'a b', 'a\n'])(
  '“%s” is no slug',
  (slug) => {
    expect(() => checkSlug(slug)).toThrow(HubError)
  },
)

test.each(['api', 'embed', 'w', 'admin', 'login', 'settings', 'metrics', 'healthz', 'new', 'static', '500'])(
  '%s is kept for Hubs itself',
  (slug) => {
    expect(() => checkSlug(slug)).toThrow('kept for Hubs itself')
  },
)

// Documents near to good ones, in which any part may be any JSON: what passes must be a whole document.
const near = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.jsonValue() })
const nearText = near(fc.string({ unit: 'binary', maxLength: 20 }))
const nearWidget = fc.record(
  {
    id: near(fc.stringMatching(/^[a-z]{1,3}$/)),
    type: near(fc.constantFrom('text', 'of-hub', 'secretive')),
    title: nearText,
    config: near(fc.record({ text: nearText, size: near(fc.constantFrom('small', 'large')) })),
    position: near(
      fc.record({ x: near(fc.nat(11)), y: near(fc.nat(9)), w: near(fc.nat(4)), h: near(fc.nat(21)) }),
    ),
  },
  { requiredKeys: ['type', 'config', 'position'] },
)
const nearDocument = fc.record(
  {
    title: nearText,
    summary: nearText,
    visibility: near(fc.constant('public')),
    embedOrigins: near(fc.array(near(fc.webUrl()), { maxLength: 2 })),
    widgets: near(fc.array(near(nearWidget), { maxLength: 4 })),
  },
  { requiredKeys: ['title', 'visibility', 'widgets'] },
)

test('any JSON is refused by the names of its fields, or taken whole', { timeout: 60_000 }, () => {
  let taken = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: near(nearDocument) }, fc.jsonValue()), (raw) => {
      let document: ReturnType<typeof parse>
      try {
        document = parse(raw)
      } catch (error) {
        expect(error).toBeInstanceOf(HubError)
        expect((error as HubError).errors.length).toBeGreaterThan(0)
        return
      }
      taken++
      expect(JSON.parse(JSON.stringify(document))).toMatchObject(JSON.parse(JSON.stringify(raw)))
      expect(parse(document)).toEqual(document)
    }),
    { numRuns: 3000 },
  )
  expect(taken).toBeGreaterThan(50)
})

test('what an answer says of a hub can be written again, to that hub', () => {
  const answered = {
    $schema: 'https://hubs.example.org/api/v1/hub.schema.json',
    slug: 'team',
    revision: 7,
    ...hubDocument({ widgets: [{ ...textWidget('hi'), key: 'k', schema: 'text@1', hideWhenEmpty: true }] }),
  }
  const written = parseHubDocument(answered, typeOf, 'team')
  expect(written).toEqual(parseHubDocument(hubDocument({ widgets: [textWidget('hi')] }), typeOf))
  expect(() => parseHubDocument(answered, typeOf, 'other')).toThrow('/slug is another hub’s')
})
