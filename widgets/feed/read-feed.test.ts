import { describe, expect, test } from 'vitest'
import { readFeed } from './read-feed.ts'

const rss = (items: string, attributes = '') =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:a10="http://www.w3.org/2005/Atom"${attributes}><channel><title>Feed</title><link>https://example.org/</link>${items}</channel></rss>`
const dated = (name: string, time: number) =>
  `<item><title>${name}</title><link>https://example.org/${name}</link><pubDate>${new Date(time).toUTCString()}</pubDate></item>`
const read = (text: string, limit = 20) =>
  readFeed(text, 'https://feeds.example.net/x/feed.xml', limit, now).data.items
const titles = (text: string, limit?: number) => read(text, limit).map(({ title }) => title)

const now = Date.UTC(2026, 0, 15, 12)
const day = 86_400_000
const first = Date.UTC(2024, 0, 1)

describe('the newest', () => {
  const ascending = Array.from({ length: 400 }, (_, place) => dated(`D${place}`, first + place * day))

  test('are shown of a long feed that has them last', () => {
    expect(titles(rss(ascending.join('')), 1)).toEqual(['D399'])
  })

  test.each([
    ['at the beginning', (items: string[]) => ['<item><title>Pinned</title></item>', ...items]],
    ['in the middle', (items: string[]) => items.toSpliced(200, 0, '<item><title>Pinned</title></item>')],
    ['at the end', (items: string[]) => [...items, '<item><title>Pinned</title></item>']],
  ])('are shown beside one item without a date %s', (_, mixed) => {
    expect(titles(rss(mixed(ascending).join('')), 1)).toEqual(['D399'])
    expect(titles(rss(mixed(ascending.toReversed()).join('')), 1)).toEqual(['D399'])
  })

  test('leave an item without a date where its neighbours are', () => {
    const items = [dated('new', first + day), '<item><title>undated</title></item>', dated('old', first)]
    expect(titles(rss(items.join('')))).toEqual(['new', 'undated', 'old'])
  })

  test('are not hidden by one from the future, which has no time then', () => {
    const items = [dated('old', first), dated('new', now - day), dated('later', Date.UTC(2099, 0, 1))]
    expect(read(rss(items.join(''))).map(({ title, time }) => [title, time])).toEqual([
      ['new', now - day],
      ['later', null],
      ['old', first],
    ])
    const { notes } = readFeed(rss(items.join('')), 'https://a.example/', 5, now)
    expect(notes).toEqual(['Items dated after they came, which count as undated: 1.'])
  })

  test('in a zone whose name means several are undated, and who asks is told', () => {
    const text = (day: number) => `Tue, 0${day} Mar 2024 10:00:00 IST`
    const items = [5, 6].map((day) => `<item><title>x</title><pubDate>${text(day)}</pubDate></item>`)
    const { data, notes } = readFeed(rss(items.join('')), 'https://a.example/', 5, now)
    expect(data.items.map(({ time }) => time)).toEqual([null, null])
    expect(notes).toEqual([
      `Items whose date does not tell one time, such as "${text(5)}", which count as undated: 2.`,
    ])
  })

  test.each([
    ['Fri, 11 Feb 2022 19:58:02 CET', '2022-02-11T18:58:02Z'],
    ['Sat, 29 Jul 2017 00:00:00 CEST', '2017-07-28T22:00:00Z'],
    ['Thu, 30 Apr 2015 08:57:00 MEST', '2015-04-30T06:57:00Z'],
    ['Tue, 04 Jun 2024 10:25:00 BST', '2024-06-04T09:25:00Z'],
    ['Tue, 05 Mar 2024 10:00:00 JST', '2024-03-05T01:00:00Z'],
    ['2017-08-01 13:55:44.364419679 +0200 CEST', '2017-08-01T11:55:44.364Z'],
    ['2024-03-05T10:00:00 +01:00', '2024-03-05T09:00:00Z'],
    ['1171799695', '2007-02-18T11:54:55Z'],
    ['05.03.2024 10:00', '2024-03-05T10:00:00Z'],
    ['2022-02-11 19:58:02', '2022-02-11T19:58:02Z'],
    ['Tue, 05 Mar 2024 10:00:00 GMT+0200', '2024-03-05T08:00:00Z'],
    ['March 5, 2024 10:05 PM', '2024-03-05T22:05:00Z'],
    ['25/03/2024 12:05 am', '2024-03-25T00:05:00Z'],
    ['Mon, 01 Jan 0001 00:00:00 +0000', null],
    ['03/05/2024', null],
  ])('dated %s are from %s', (text, time) => {
    const [item] = read(rss(`<item><title>x</title><pubDate>${text}</pubDate></item>`))
    expect(item?.time).toBe(time === null ? null : Date.parse(time))
  })

  test('of a feed without dates are in its own order', () => {
    const items = ['one', 'two', 'three'].map((name) => `<item><title>${name}</title></item>`)
    expect(titles(rss(items.join('')), 2)).toEqual(['one', 'two'])
  })
})

describe('titles', () => {
  test.each([
    [
      '<![CDATA[Caf&eacute; &laquo;a&raquo; &copy; &euro;5 &Uuml;ber &trade; &bull; &middot;]]>',
      'Café «a» © €5 Über ™ • ·',
    ],
    [
      'does Snap SVG have any similar feature to &lt;animate [etc.]&gt;?',
      'does Snap SVG have any similar feature to <animate [etc.]>?',
    ],
    ['Vec&lt;T&gt; explained', 'Vec<T> explained'],
    ['<![CDATA[What does List<String> mean?]]>', 'What does List<String> mean?'],
    ['&lt;b&gt;Bold&lt;/b&gt; &lt;code&gt;x&lt;/code&gt; stays tagless', 'Bold x stays tagless'],
    ['Map&lt;K, V&gt; and Option&lt;I&gt;', 'Map<K, V> and Option<I>'],
    ['Does &lt;input&gt; need &lt;label&gt;?', 'Does <input> need <label>?'],
    ['a&lt;br/&gt;b', 'a b'],
    ['if a &lt; b &amp;&amp; c &gt; d', 'if a < b && c > d'],
  ])('%s reads %s', (given, title) => {
    expect(titles(rss(`<item><title>${given}</title></item>`))).toEqual([title])
  })
})

describe('links', () => {
  test('of Atom are relative to the bases it names, wherever it came from', () => {
    const text = `<?xml version="1.0"?>
      <feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://www.example.org/ongoing/"><title>ongoing</title><entry xml:base="When/201x/2013/05/06/"><title>Tab Sweep</title><link href="Tab-Sweep-World"/><updated>2013-05-06T12:00:00Z</updated><id>1</id></entry></feed>`
    expect(read(text)[0]?.link).toBe('https://www.example.org/ongoing/When/201x/2013/05/06/Tab-Sweep-World')
  })

  test('of RSS too', () => {
    const text = rss('<item xml:base="b/"><title>x</title><link>c</link></item>', ' xml:base="/a/"')
    expect(read(text)[0]?.link).toBe('https://feeds.example.net/a/b/c')
  })

  test('a base that is no web address leads nowhere', () => {
    const text = rss('<item><title>x</title><link>c</link></item>', ' xml:base="javascript:alert(1)//"')
    expect(read(text)[0]?.link ?? '').not.toContain('javascript')
  })

  test('an id that is no address is not taken for one', () => {
    expect(read(rss('<item><title>x</title><guid>12345</guid></item>'))[0]?.link).toBeNull()
  })
})

test('elements of Atom are read in RSS', () => {
  const item = `<item><a10:title type="text">a &lt;b&gt; c</a10:title><a10:link rel="self" href="https://example.org/self"/>
    <a10:link href="https://example.org/1"/><a10:author><a10:name>An</a10:name></a10:author><a10:updated>2024-03-05T10:00:00Z</a10:updated></item>`
  expect(read(rss(item))).toEqual([
    { title: 'a <b> c', link: 'https://example.org/1', time: Date.UTC(2024, 2, 5, 10), source: 'An' },
  ])
})
