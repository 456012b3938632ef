import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { contextWith } from '../context.fixtures.ts'
import { type DataOf, implement } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { load } from './loader.ts'
import LinksView from './view.tsx'
import { links } from './widget.ts'

const type = implement(links, load)
const one = (link: object) => ({ groups: [{ links: [link] }] })

test('no event makes links stale: they are their config', () => {
  expect(matches(links.interests(), { topic: 'deploy.prod.web' })).toBe(false)
})

test.each(links.samples)('loads $name', async ({ config, data }) => {
  const loaded = await type.load(type.params(type.parseConfig(config)), contextWith())
  expect(loaded.data).toEqual(data)
})

test('links are empty when no group has one', async () => {
  const load = (groups: { links: object[] }[]) =>
    type.load(type.params(type.parseConfig({ groups })), contextWith())
  expect((await load([{ links: [] }])).empty).toBe(true)
  expect((await load([{ links: [] }, { links: [{ title: 'a', url: '/' }] }])).empty).toBe(false)
})

test.each([
  'https://a.example/x?y#z',
  'http://127.0.0.1:3000',
  'mailto:a@b.example?subject=hi',
  '/',
  '/welcome',
])('leads to %s', (url) => expect(links.config.safeParse(one({ title: 'x', url })).success).toBe(true))

test.each([
  'javascript:alert(1)',
  'JAVASCRIPT:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'vbscript:x',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'welcome',
  '#top',
  '',
])('refuses to lead to %j', (url) => {
  expect(links.config.safeParse(one({ title: 'x', url })).success).toBe(false)
})

test.each([
  ['no title', one({ url: '/' })],
  ['an empty title', one({ title: '', url: '/' })],
  ['an unknown field', one({ title: 'x', url: '/', href: '/' })],
  ['links without groups', { links: [] }],
  ['too many groups', { groups: Array.from({ length: 21 }, () => ({ links: [] })) }],
])('refuses %s', (_, config) => expect(links.config.safeParse(config).success).toBe(false))

const render = (data: DataOf<typeof links>) => renderToStaticMarkup(<LinksView data={data} config={data} />)

test('the view shows links that leave, stay and write mail as what they are', () => {
  const html = render({
    groups: [
      {
        title: 'Every day',
        links: [
          { title: 'Chat', url: 'https://chat.example/room' },
          { title: 'Home', url: '/welcome', note: 'All of us' },
          { title: 'On call', url: 'mailto:oncall@example.org?subject=Fire' },
        ],
      },
    ],
  })
  expect(html).toContain('href="https://chat.example/room" target="_blank" rel="noopener noreferrer"')
  expect(html).toContain('href="/welcome" title="Home" target="_top"')
  expect(html).toContain('href="mailto:oncall@example.org?subject=Fire" title="On call">')
  for (const text of ['Every day', 'chat.example', 'All of us', 'oncall@example.org<'])
    expect(html).toContain(text)
})

test('the view leaves out groups without links, and says when there are none', () => {
  expect(render({ groups: [{ title: 'Bare', links: [] }] })).toContain('No links yet')
  expect(
    render({ groups: [{ title: 'Bare', links: [] }, { links: [{ title: 'x', url: '/' }] }] }),
  ).not.toContain('Bare')
})
