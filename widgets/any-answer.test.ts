import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contextWith } from './context.fixtures.ts'
import { type Json, LoadFailure, type Secrets } from './define.ts'
import { widgetType } from './registry.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)
const config = (given: Json) => given

/** Every type that reads from elsewhere, with a config that does. */
const types: readonly [type: string, config: Json, secrets: Secrets][] = [
  ['feed', config({ url: 'https://a.example/feed' }), {}],
  ['json', config({ url: 'https://a.example/x' }), {}],
  ['json', config({ url: 'https://a.example/x', pick: 'a.b', as: 'table' }), {}],
  ['json', config({ url: 'https://a.example/x', as: 'number' }), {}],
  ['pulls', config({ repositories: ['acme/api'] }), { GITHUB_TOKEN: 't' }],
]

const tag = fc.constantFrom(
  'rss',
  'channel',
  'item',
  'title',
  'link',
  'pubDate',
  'feed',
  'entry',
  'rdf:RDF',
  'guid',
)
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '&amp;',
    '&#0;',
    '&x;',
    '&#xd800;',
    '<![CDATA[a]]>',
    '<!--',
    '-->',
    '<?a?>',
    '2026-01-01',
    'javascript:a',
  ),
)
const xml = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    words,
    fc
      .tuple(tag, fc.option(words), fc.array(tie('node'), { maxLength: 4 }), fc.boolean())
      .map(([name, attribute, inner, closed]) => {
        const start = attribute === null ? name : `${name} a="${attribute}" version="2.0"`
        return `<${start}>${inner.join('')}${closed ? `</${name}>` : ''}`
      }),
  ),
})).node
const jsonFeed = fc
  .record(
    {
      title: fc.jsonValue(),
      items: fc.oneof(
        fc.array(
          fc.dictionary(
            fc.constantFrom('id', 'title', 'url', 'date_published', 'authors', 'content_text'),
            fc.jsonValue(),
          ),
        ),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  )
  .map((feed) => JSON.stringify({ version: 'https://jsonfeed.org/version/1.1', ...feed }))
const pull = fc.record(
  {
    number: fc.oneof(fc.nat(), fc.jsonValue()),
    title: fc.oneof(fc.string({ size: 'max', maxLength: 400 }), fc.jsonValue()),
    state: fc.oneof(fc.constant('open'), fc.jsonValue()),
    user: fc.oneof(fc.record({ login: fc.string() }), fc.jsonValue()),
    html_url: fc.oneof(fc.webUrl(), fc.jsonValue()),
    created_at: fc.oneof(fc.constant('2026-01-01T00:00:00Z'), fc.jsonValue()),
    updated_at: fc.oneof(fc.constant('2026-01-01T00:00:00Z'), fc.jsonValue()),
  },
  { requiredKeys: ['number', 'title', 'state', 'updated_at'] },
)
const body = fc.oneof(
  fc.uint8Array({ size: 'max', maxLength: 2000 }),
  xml,
  xml.map((inner) => `<?xml version="1.0"?><rss version="2.0"><channel>${inner}</channel></rss>`),
  xml.map((inner) => `<feed xmlns="http://www.w3.org/2005/Atom">${inner}</feed>`),
  jsonFeed,
  fc.json(),
  fc.nat().map(String),
  fc.array(pull, { maxLength: 3 }).map((list) => JSON.stringify(list)),
  fc.constantFrom(
    '[1e999]',
    '{"a":{"b":[{"__proto__":1},{"constructor":{}}]}}',
    '['.repeat(50_000),
    `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    `${'<item>'.repeat(5_000)}`,
  ),
)
const header = fc.constantFrom(
  '',
  'x',
  '0',
  '-1',
  '1e999',
  '99999999999999999999',
  'Thu, 01 Jan 2037 00:00:00 GMT',
)
const answer = fc.record({
  body,
  status: fc.oneof(
    { weight: 6, arbitrary: fc.constant(200) },
    fc.constantFrom(201, 400, 401, 403, 404, 429, 500, 503),
  ),
  headers: fc.record(
    {
      'content-type': fc.constantFrom(
        'application/json',
        'text/xml; charset=utf-16le',
        'text/xml; charset=nonsense',
        '',
      ),
      'retry-after': header,
      'x-ratelimit-remaining': fc.constant('0'),
      'x-ratelimit-reset': header,
      link: fc.constantFrom('<https://a.example>; rel="next"', '<<<'),
    },
    { requiredKeys: [] },
  ),
})

test.each(types)(
  '%s %j gives data or a failure in words, whatever an upstream answers',
  { timeout: 600_000 },
  async (name, config, secrets) => {
    const type = widgetType(name)
    if (!type) throw new Error(`there is no ${name}`)
    const params = type.params(type.parseConfig(config))
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(answer, async ({ body, status, headers }) => {
        const fetch = async () => new Response(body as BodyInit, { status, headers })
        try {
          const { data } = await type.load(params, contextWith({ fetch, secrets }))
          outcomes.add('data')
          expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(256 * 1024)
        } catch (error) {
          expect(error).toBeInstanceOf(LoadFailure)
          outcomes.add((error as LoadFailure).code)
          expect((error as LoadFailure).message).toMatch(/^[\w"].*\.$/s)
        }
      }),
      { numRuns: runs },
    )
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['data', 'upstream']))
  },
)
