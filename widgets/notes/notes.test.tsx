import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { contextWith } from '../context.fixtures.ts'
import { type DataOf, implement } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { load } from './loader.ts'
import { markdown } from './markdown.ts'
import NotesView from './view.tsx'
import { notes } from './widget.ts'

const type = implement(notes, load)
const rendered = async (text: string) => {
  const { data } = await type.load({ text }, contextWith())
  return (data as DataOf<typeof notes>).html
}

test('no event makes notes stale: they are their config', () => {
  const interests = notes.interests()
  expect(matches(interests, { topic: 'deploy.prod.web' })).toBe(false)
  expect(matches(interests, { topic: '' })).toBe(false)
})

test.each(notes.samples)('loads $name', async ({ config, data }) => {
  const loaded = await type.load(type.params(type.parseConfig(config)), contextWith())
  expect(loaded.data).toEqual(data)
  expect(loaded.empty).toBe(type.parseConfig(config).text === '')
})

test.each([
  ['nothing', {}],
  ['an unknown field', { text: '', html: '<b>' }],
  ['another kind', { text: 1 }],
  ['more than 20 KB', { text: 'é'.repeat(10_241) }],
  [
    'a table of millions of cells',
    { text: `|${'a|'.repeat(500)}\n|${'-|'.repeat(500)}\n${'|\n'.repeat(500)}` },
  ],
])('refuses %s as config', (_, config) => {
  expect(notes.config.safeParse(config).success).toBe(false)
})

test('20 KB of plain lines are fine', () => {
  expect(notes.config.safeParse({ text: 'one line\n'.repeat(2275) }).success).toBe(true)
})

describe('what is written by somebody else cannot harm a reader', () => {
  test.each([
    ['HTML is text', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['inline HTML too', 'a <img src=x onerror=alert(1)>', '<p>a &lt;img src=x onerror=alert(1)&gt;</p>'],
    ['a script is no link', '[x](javascript:alert(1))', '<p>x</p>'],
    ['in any spelling', '[x](JaVaScRiPt:alert(1))', '<p>x</p>'],
    ['nor is data', '[x](data:text/html,hi)', '<p>x</p>'],
    ['nor another program', '<xmpp:a@b.example>', '<p>xmpp:a@b.example</p>'],
    ['nor another site by its name alone', '[x](//evil.example)', '<p>x</p>'],
    ['nor by a backslash', '[x](/\\evil.example)', '<p><a href="/%5Cevil.example" target="_top">x</a></p>'],
    [
      'attributes are not left',
      '[x](https://a.example/"onclick=alert(1))',
      '<p><a href="https://a.example/%22onclick=alert(1)" target="_blank" rel="noopener noreferrer">x</a></p>',
    ],
    [
      'nor by a title',
      "[x](https://a.example '\"><script>')",
      '<p><a href="https://a.example" target="_blank" rel="noopener noreferrer" title="&quot;&gt;&lt;script&gt;">x</a></p>',
    ],
    [
      'an image is asked for without saying where it is',
      '![a "cat"](https://a.example/cat.png "t")',
      '<p><img src="https://a.example/cat.png" alt="a &quot;cat&quot;" title="t" loading="lazy" decoding="async" referrerpolicy="no-referrer" /></p>',
    ],
    [
      'one that is not encrypted is its description',
      '![a "cat"](http://a.example/cat.png "t")',
      '<p>a &quot;cat&quot;</p>',
    ],
    [
      'so is one from here',
      '[![cat](c.png)](mailto:a@b.example)',
      '<p><a href="mailto:a@b.example">cat</a></p>',
    ],
    ['and one that is data', '![cat](data:image/svg+xml,x)', '<p>cat</p>'],
  ])('%s', async (_, text, html) => expect(await rendered(text)).toBe(html))
})

test('a link leads to a page here, and what cannot be a link does not look like one', async () => {
  const text = '[hub](/welcome) [here](#x) [call](tel:+420123) [web](https://example.org)'
  expect(await rendered(text)).toBe(
    '<p><a href="/welcome" target="_top">hub</a> here call <a href="https://example.org" target="_blank" rel="noopener noreferrer">web</a></p>',
  )
  expect(await rendered('[a](/b?c=1&d=2)')).toContain('<a href="/b?c=1&amp;d=2" target="_top">')
})

test('a footnote is at the end, and its links lead there and back', async () => {
  const html = await rendered('Restart it twice[^1].\n\n[^1]: Only after draining.')
  expect(html).toMatch(/<a href="#user-content-fn-1" id="user-content-fnref-1"[^>]*>1<\/a>/)
  expect(html).toMatch(
    /<li id="user-content-fn-1">\s*<p>Only after draining\. <a href="#user-content-fnref-1"/,
  )
})

test('a footnote in the text of a link leaves one link', async () => {
  const html = await rendered('[a[^1]](https://a.example)\n\n[^1]: b')
  expect(html.split('</section>')[0]?.match(/<a /g)?.length).toBe(html.match(/<\/a>/g)?.length)
  expect(html).not.toMatch(/<a [^>]*>[^<]*(<sup>)?<a /)
})

test('two cards that show the same note have no id in common', async () => {
  const html = await rendered('a[^1] "id="user-content-" b\n\n[^1]: c')
  const config = { text: '' }
  const page = renderToStaticMarkup(
    <>
      <NotesView data={{ html }} config={config} />
      <NotesView data={{ html }} config={config} />
    </>,
  )
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(ids).toHaveLength(6)
  expect(new Set(ids).size).toBe(6)
  for (const [, to] of page.matchAll(/ href="#([^"]*)"/g)) expect(ids).toContain(to)
  for (const [, by] of page.matchAll(/ aria-describedby="([^"]*)"/g)) expect(ids).toContain(by)
})

test('columns of a table say how they are aligned', async () => {
  const html = await rendered('| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | 2 | 3 | 4 |')
  expect(html).toMatch(
    /<td>1<\/td>\s*<td align="left">2<\/td>\s*<td align="center">3<\/td>\s*<td align="right">4</,
  )
})

test("headings begin below a card's own, without a gap", async () => {
  expect(await rendered('## a\n\n###### b\n\n## c')).toBe('<h3>a</h3>\n<h4>b</h4>\n<h3>c</h3>')
  expect(await rendered('# a\n\n## b\n\n### c\n\n#### d\n\n##### e')).toMatch(/<h6>d<\/h6>\n<h6>e<\/h6>$/)
})

test('a checkbox says whether it is done', async () => {
  expect(await rendered('- [ ] a\n- [x] b')).toMatch(/aria-label="to do".* a.*aria-label="done".* b/s)
})

test('long text is rendered as short text is', async () => {
  const text = '# a\n\n![b](c) [d](javascript:e) *f*\n\n- [x] g\n\n| h |\n|---|\n| ~i~ |\n\n'.repeat(50)
  expect(await rendered(text)).toBe(markdown(text))
})

test('short texts are rendered one a turn of the loop, whatever becomes of those before', async () => {
  const done: number[] = []
  const gone = AbortSignal.abort(new Error('gone'))
  const all = Array.from({ length: 20 }, (_, n) =>
    load({ text: `*${n}*` }, n === 3 ? { ...contextWith(), signal: gone } : contextWith()).then(
      () => void done.push(n),
      () => {},
    ),
  )
  let most = 0
  for (let before = 0; done.length < 19; before = done.length) {
    await new Promise((resolve) => setImmediate(resolve))
    most = Math.max(most, done.length - before)
  }
  await Promise.all(all)
  expect([most, done.length]).toEqual([1, 19])
})

test('text that would take long is refused in words, and the process goes on meanwhile', async () => {
  // More than a config may have, so that it takes minutes on any machine.
  const text = `${'*a '.repeat(20_000)}${' a*'.repeat(20_000)}`
  let over = false
  const loading = load({ text }, contextWith()).finally(() => {
    over = true
  })
  // One turn of the loop: rendered in this thread it would have ended before it.
  await new Promise((resolve) => setImmediate(resolve))
  expect(over).toBe(false)
  await expect(loading).rejects.toMatchObject({
    code: 'set-aside',
    message: expect.stringContaining('Markdown'),
  })
  expect(await rendered('*a*')).toBe('<p><em>a</em></p>')
})

test('the view shows the text, or says that there is none', () => {
  const render = (html: string) => renderToStaticMarkup(<NotesView data={{ html }} config={{ text: '' }} />)
  expect(render('<p>Hello</p>')).toContain('<p>Hello</p>')
  expect(render('')).toContain('Nothing written yet')
})
