import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { api } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { runProgram } from '#testing/program.ts'
import { freePort } from '#testing/servers/free-port.ts'
import { timed } from '#testing/times.ts'
import { listenForComplaints } from './fixtures/complaints.ts'
import { card, PATIENCE, untilLine } from './fixtures/hub-page.ts'

const TOKEN = /hubs_[\w-]+/g
let data: string
let product: RunningProduct

test.beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'hubs-first-'))
  // As after a clone: nothing is set but where it listens and where its data is.
  product = await timed('first start to ready', () =>
    startProduct({ mode: 'embedded', env: { HUBS_DATA: join(data, 'made', 'by-itself') } }),
  )
})
test.afterAll(async () => {
  await product?.stop()
  await rm(data, { recursive: true, force: true })
})

const folder = () => join(data, 'made', 'by-itself')
const tokens = () => product.logs.flatMap((line) => line.match(TOKEN) ?? [])
const hubs = (...args: string[]) =>
  runProgram('hubs', args, { HUBS_DATA: folder(), PORT: String(product.port) })

/** With the token of the first start; gives the status. */
async function putMine(title: string): Promise<number> {
  const answer = await fetch(`${product.url}/api/v1/hubs/mine`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${tokens()[0]}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title, visibility: 'public', widgets: [] }),
  })
  return answer.status
}

test('the first start tells the address and a token that allows everything, once', async () => {
  await expect.poll(() => product.logs.join('\n')).toContain(product.url)
  await expect.poll(tokens).toHaveLength(1)
  expect(tokens()).toHaveLength(1)
  expect(await putMine('Mine')).toBe(201)
})

test('it says nothing but what it has to: lines of the log, and the token', () => {
  const other = product.logs.filter((line) => line.trim() !== '' && !line.startsWith('{'))
  expect(other).toEqual([
    expect.stringContaining('This is the first start.'),
    expect.stringMatching(/^ +hubs_\S+$/),
  ])
})

test('all that it keeps is for its user alone', async () => {
  const names = await readdir(folder(), { recursive: true })
  // The embedded database sets the mode of that one itself; there is nothing of ours in it.
  for (const name of ['.', ...names.filter((each) => !each.endsWith('pg_internal.init'))])
    expect((await stat(join(folder(), name))).mode & 0o077, name).toBe(0)
})

test('the directory and the demo hubs open full, from this machine alone', async ({ page }) => {
  const complaints = await listenForComplaints(page)
  const elsewhere: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(product.url)) elsewhere.push(request.url())
  })
  await page.goto(`${product.url}/`)
  for (const title of ['Welcome to Hubs', 'Design team'])
    await expect(page.getByRole('link', { name: title })).toBeVisible()

  for (const slug of ['welcome', 'designteam']) {
    await page.goto(`${product.url}/${slug}`)
    await untilLine(page, 'live')
    const cards = page.locator('[data-widget]')
    expect(await cards.count()).toBeGreaterThanOrEqual(9)
    await expect(page.locator('[data-widget]:not([data-status=fresh])')).toHaveCount(0, PATIENCE)
    for (const each of await cards.all()) {
      const words = await each.locator(':scope > div').allInnerTexts()
      expect(words.join('').trim(), `card ${await each.getAttribute('data-widget')}`).not.toBe('')
    }
  }
  expect(elsewhere).toEqual([])
  expect(complaints).toEqual([])
})

test('a second process on the same data is refused in a plain sentence', async () => {
  const { code, output } = await runProgram('main', [], {
    HUBS_DATA: folder(),
    PORT: String(await freePort()),
  })
  expect(code).toBe(1)
  expect(output).toContain('is in use by the process')
  expect((await fetch(`${product.url}/welcome`)).status).toBe(200)
})

test('the command line speaks to the running product: tokens and hubs', async ({ page }) => {
  const made = await hubs('token', 'create', 'ci', '--scope', 'publish')
  expect(made.code, made.output).toBe(0)
  const token = made.output.match(TOKEN)?.[0] ?? ''
  const send = (path: string, method: string, body: object) =>
    fetch(`${product.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const event = { specversion: '1.0', id: '1', source: 'ci', type: 'ci.done', data: {} }
  const published = await fetch(`${product.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  })
  expect(published.status).toBe(202)
  const refused = await send('/api/v1/hubs/theirs', 'PUT', { title: 'X', visibility: 'public', widgets: [] })
  expect(refused.status).toBe(403)

  const file = join(data, 'ops.json')
  const note = { type: 'notes', config: { text: 'Call us' }, position: { x: 0, y: 0, w: 4, h: 2 } }
  await writeFile(
    file,
    JSON.stringify({ slug: 'ops', title: 'Operations', visibility: 'public', widgets: [note] }),
  )
  const tried = await hubs('apply', file, '--dry-run')
  expect(tried.code, tried.output).toBe(0)
  expect((await fetch(`${product.url}/ops`)).status).toBe(404)
  const applied = await hubs('apply', file)
  expect(applied.code, applied.output).toBe(0)
  await page.goto(`${product.url}/ops`)
  await expect(page.getByText('Call us')).toBeVisible(PATIENCE)

  const wrong = await hubs('apply', join(data, 'nothing.json'))
  expect(wrong.code).not.toBe(0)
})

test('a replayed day of GitHub is followed by builds, pull requests and activity', async ({ page }) => {
  await page.goto(`${product.url}/welcome`)
  await untilLine(page, 'live')
  const ids = ['welcome-builds', 'welcome-pulls', 'welcome-activity']
  const change = /changed by github\./
  for (const id of ids) await expect(card(page, id)).not.toContainText(change)
  const replayed = await hubs('replay', 'github', '--rate', '50', '--url', product.url)
  expect(replayed.code, replayed.output).toBe(0)
  console.log(replayed.output.trim().split('\n').at(-1))
  for (const id of ids) await expect(card(page, id)).toContainText(change, PATIENCE)
  // What is on the screen in the end is what the server knows.
  interface Pulls {
    readonly pulls: readonly { readonly title: string }[]
  }
  const shown = async () => (await api(product.url).snapshot('welcome')).widgets['welcome-pulls']
  await expect.poll(async () => (await shown())?.status, PATIENCE).toBe('fresh')
  const { pulls } = ((await shown()) ?? { data: { pulls: [] } }).data as unknown as Pulls
  expect(pulls.length).toBeGreaterThan(1)
  for (const { title } of pulls) await expect(card(page, 'welcome-pulls')).toContainText(title, PATIENCE)
})

test('a later start is quick, keeps everything and tells no token again', async ({ page }) => {
  expect([200, 201]).toContain(await putMine('Kept'))
  await page.goto(`${product.url}/mine`)
  await untilLine(page, 'live')
  await product.kill()
  const lines = product.logs.length
  await timed('start after a crash to ready', () => product.restart())
  await timed('orderly end and start to ready', () => product.restart())
  expect(product.logs.slice(lines).join('\n')).not.toMatch(TOKEN)
  await untilLine(page, 'live')
  expect((await api(product.url).hub('mine')).title).toBe('Kept')
})
