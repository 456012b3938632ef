import { gzipSync } from 'node:zlib'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { type DataOf, implement } from '../define.ts'
import { serve } from '../http-server.fixtures.ts'
import { matches } from '../interest.fixtures.ts'
import { decode } from './decode.ts'
import { load } from './loader.ts'
import { plainText, shortened } from './plain-text.ts'
import { readFeed } from './read-feed.ts'
import FeedView from './view.tsx'
import { feed } from './widget.ts'

const type = implement(feed, load)
const config = (given: object) => feed.config.parse({ url: 'https://a.example/feed', ...given })

describe('events', () => {
  const interests = feed.interests(config({ refreshOn: ['blog.design.>', 'ci.*.passed'] }))

  test.each(['blog.design.published', 'blog.design.a.b', 'ci.web.passed'])('%s makes it stale', (topic) => {
    expect(matches(interests, { topic })).toBe(true)
  })

  test.each(['blog.design', 'blog.other.published', 'ci.web.api.passed', 'ci.web.failed', ''])(
    '%j does not',
    (topic) => expect(matches(interests, { topic })).toBe(false),
  )

  test('without refreshOn nothing does', () => {
    expect(matches(feed.interests(config({})), { topic: 'blog.design.published' })).toBe(false)
  })
})

test('feeds read alike share one result whatever refreshes them', () => {
  const params = (given: object) => type.params(config(given))
  expect(params({ refreshOn: ['a'] })).toEqual(params({}))
  expect(params({ limit: 3 })).not.toEqual(params({}))
})

test.each([
  ['no address', {}],
  ['a file', { url: 'file:///etc/passwd' }],
  ['a password', { url: 'https://me:pw@a.example/' }],
  ['no web address', { url: 'a.example' }],
  ['no items at all', { url: 'https://a.example', limit: 0 }],
  ['too many items', { url: 'https://a.example', limit: 51 }],
  ['a topic that is no pattern', { url: 'https://a.example', refreshOn: ['a..b'] }],
  ['> in the middle', { url: 'https://a.example', refreshOn: ['a.>.b'] }],
  ['half a wildcard', { url: 'https://a.example', refreshOn: ['a.b*'] }],
  ['an unknown field', { url: 'https://a.example', every: 5 }],
])('refuses %s', (_, given) => expect(feed.config.safeParse(given).success).toBe(false))

test.each(['a', '>', '*', 'a.>', '*.b', 'a.*.c', 'Caf%C3%A9.x'])('takes the topic pattern %s', (topic) => {
  expect(feed.config.safeParse({ url: 'https://a.example', refreshOn: [topic] }).success).toBe(true)
})

const rss = (items: string, head = '') =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T &amp; T</title>${head}${items}</channel></rss>`

describe('the formats', () => {
  const read = (text: string, limit = 10) =>
    readFeed(text, 'https://a.example/blog/feed.xml', limit, Date.UTC(2026, 1, 1)).data

  test('RSS', () => {
    const text = rss(`
      <item><title>Old &lt;b&gt;news&lt;/b&gt;</title><link>/old</link><pubDate>Wed, 14 Jan 2026 09:30:00 GMT</pubDate><dc:creator>Mizuki</dc:creator></item>
      <item><title>News &amp;amp; more</title><guid>https://a.example/new</guid><pubDate>Thu, 15 Jan 2026 09:30:00 +0100</pubDate><source url="https://b.example">B</source></item>`)
    expect(read(text)).toEqual({
      title: 'T & T',
      items: [
        {
          title: 'News & more',
          link: 'https://a.example/new',
          time: Date.UTC(2026, 0, 15, 8, 30),
          source: 'B',
        },
        {
          title: 'Old news',
          link: 'https://a.example/old',
          time: Date.UTC(2026, 0, 14, 9, 30),
          source: 'Mizuki',
        },
      ],
    })
    expect(read(text, 1).items.map(({ title }) => title)).toEqual(['News & more'])
  })

  test('Atom', () => {
    const text = `<feed xmlns="http://www.w3.org/2005/Atom"><title>At</title><entry><title type="text">a &lt;b&gt; c</title>
      <link rel="enclosure" href="big.mp3"/><link href="one"/><updated>2026-01-02T00:00:00Z</updated><author><name>An</name></author></entry></feed>`
    expect(read(text)).toEqual({
      title: 'At',
      items: [
        { title: 'a <b> c', link: 'https://a.example/blog/one', time: Date.UTC(2026, 0, 2), source: 'An' },
      ],
    })
  })

  test('RDF', () => {
    const text = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel><title>R</title></channel><item><title>i</title><link>http://b.example/</link></item></rdf:RDF>`
    expect(read(text)).toEqual({
      title: 'R',
      items: [{ title: 'i', link: 'http://b.example/', time: null, source: '' }],
    })
  })

  test('JSON Feed', () => {
    const text = JSON.stringify({
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      items: [
        { id: '1', content_text: 'No title, only text', date_published: '2026-01-02T00:00:00.000Z' },
        { id: '2', title: 't', url: 'https://b.example/2', authors: [{ name: 'Bo' }] },
      ],
    })
    expect(read(text).items).toEqual([
      { title: 'No title, only text', link: null, time: Date.UTC(2026, 0, 2), source: '' },
      { title: 't', link: 'https://b.example/2', time: null, source: 'Bo' },
    ])
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://a.example/x', 'http://'])(
    '%s is no link',
    (link) => {
      expect(read(rss(`<item><title>x</title><link>${link}</link></item>`)).items[0]?.link).toBeNull()
    },
  )

  test('an item without anything still has a line', () => {
    expect(read(rss('<item><guid isPermaLink="false">1</guid></item>')).items).toEqual([
      { title: 'Untitled', link: null, time: null, source: '' },
    ])
  })
})

describe('text', () => {
  test.each([
    ['a&#8217;s &lt;i&gt; &quot;b&quot;', 'a’s <i> "b"'],
    ['one<br/>two<p class="x">three</p>', 'one two three '],
    ['<b>x</b>.<!-- no -->', 'x.'],
    ['1 < 2 &unknown; &#0; &#xD800; &#x10FFFF;', '1 < 2 &unknown; \ufffd \ufffd \u{10ffff}'],
  ])('%s is %s', (html, text) => expect(plainText(html)).toBe(text))

  test('is cut at words and in no character', () => {
    expect(shortened('one  two\n three', 11)).toBe('one two…')
    expect(shortened('a'.repeat(50), 10)).toBe(`${'a'.repeat(9)}…`)
    expect(shortened(`${'a'.repeat(8)}😀😀`, 10)).toBe(`${'a'.repeat(8)}…`)
    expect(shortened('\ud800x', 10)).toBe('\ufffdx')
  })

  test.each([
    ['by its mark', Buffer.from('\ufeffé', 'utf16le'), 'text/xml; charset=utf-8'],
    ['by HTTP', Buffer.from('é', 'latin1'), 'text/xml; charset="ISO-8859-1"'],
    ['as UTF-8 when nothing is known', Buffer.from('é'), 'text/xml; charset=nonsense'],
    ['as UTF-8 when nothing is said', Buffer.from('é'), null],
  ])('is decoded %s', (_, bytes, contentType) => expect(decode(bytes, contentType)).toBe('é'))

  test('is decoded by the XML declaration', () => {
    const text = '<?xml version="1.0" encoding="iso-8859-2"?><a>ř</a>'
    expect(
      decode(Buffer.concat([Buffer.from(text.slice(0, -5)), Buffer.from([0xf8]), Buffer.from('</a>')]), null),
    ).toBe(text)
  })
})

describe('the loader', () => {
  test('reads over HTTP, links by where the feed was found in the end', async () => {
    const { url, context } = await serve((request, response) => {
      if (request.url !== '/blog/feed') response.writeHead(302, { location: '/blog/feed' }).end()
      else {
        response.setHeader('content-type', 'application/rss+xml; charset=iso-8859-1')
        response.end(Buffer.from(rss('<item><title>Café</title><link>one</link></item>'), 'latin1'))
      }
    })
    const loaded = await type.load({ url: `${url}/feed`, limit: 5 }, context)
    expect(loaded).toEqual({
      data: {
        title: 'T & T',
        items: [{ title: 'Café', link: `${url}/blog/one`, time: null, source: '' }],
      },
      empty: false,
      nextChangeAt: undefined,
    })
  })

  test('reads a file that is compressed without its server saying so', async () => {
    const { url, context } = await serve((_, response) => {
      response.setHeader('content-type', 'application/x-gzip')
      response.end(gzipSync(rss('<item><title>gz</title></item>')))
    })
    const { data } = await type.load({ url, limit: 5 }, context)
    expect(data).toEqual(expect.objectContaining({ items: [expect.objectContaining({ title: 'gz' })] }))
  })

  test('a feed without items is empty', async () => {
    const { url, context } = await serve((_, response) => response.end(rss('')))
    expect((await type.load({ url, limit: 5 }, context)).empty).toBe(true)
  })

  test.each([
    '',
    Buffer.from([0x1f, 0x8b, 8, 0]),
    '<html><body>Sign in</body></html>',
    '{"items":[]}',
    '<rss version="2.0"><channel><title>cut o',
    '\0\xff',
  ])('what is no feed fails in words: %j', async (text) => {
    const { url, context } = await serve((_, response) => response.end(text))
    await expect(type.load({ url, limit: 5 }, context)).rejects.toEqual(
      expect.objectContaining({
        code: 'upstream',
        message: expect.stringContaining('not an RSS, Atom or JSON feed'),
      }),
    )
  })

  test('trouble upstream is a failure with its cause', async () => {
    const { url, context } = await serve((_, response) => response.writeHead(500).end())
    await expect(type.load({ url, limit: 5 }, context)).rejects.toEqual(
      expect.objectContaining({ code: 'upstream', message: expect.stringContaining('answered 500.') }),
    )
  })
})

describe('the view', () => {
  const render = (data: DataOf<typeof feed>) =>
    renderToStaticMarkup(<FeedView data={data} config={config({})} />)

  test('shows items with their links, writers and times', () => {
    const html = render({
      title: 'T',
      items: [
        { title: 'One <b>', link: 'https://a.example/1', time: Date.UTC(2026, 0, 2), source: 'Bo' },
        { title: 'Two', link: null, time: null, source: 'T' },
      ],
    })
    expect(html).toContain('href="https://a.example/1"')
    for (const text of ['One &lt;b&gt;', '>Bo<', '2026-01-02T00:00:00', 'Two']) expect(html).toContain(text)
    expect(html).not.toContain('>T<')
  })

  test('says when there are none', () => {
    expect(render({ title: 'Quiet blog', items: [] })).toContain('Nothing in Quiet blog yet')
    expect(render({ title: '', items: [] })).toContain('Nothing in this feed yet')
  })
})
