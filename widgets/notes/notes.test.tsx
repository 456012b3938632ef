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
    ['a script is no link', '[x](javascript:alert(1))', '<p><a>x</a></p>'],
    ['in any spelling', '[x](JaVaScRiPt:alert(1))', '<p><a>x</a></p>'],
    ['nor is data', '[x](data:text/html,hi)', '<p><a>x</a></p>'],
    ['nor another program', '<xmpp:a@b.example>', '<p><a>xmpp:a@b.example</a></p>'],
    ['nor a place here', '[x](//evil.example)', '<p><a>x</a></p>'],
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
    ['an image is its description', '![a "cat"](https://a.example/cat.png "t")', '<p>a &quot;cat&quot;</p>'],
    ['in a link too', '[![cat](c.png)](mailto:a@b.example)', '<p><a href="mailto:a@b.example">cat</a></p>'],
    ['no ids are made', 'a[^1]\n\n[^1]: b', '<p>a<a>^1</a></p>\n'],
  ])('%s', async (_, text, html) => expect(await rendered(text)).toBe(html))
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
