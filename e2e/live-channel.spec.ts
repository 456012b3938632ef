import { type BrowserContext, expect, type Frame, type Page, test } from '@playwright/test'
import { type LiveServer, startLiveServer } from './live/live-server.ts'

let server: LiveServer

test.beforeEach(async () => {
  server = await startLiveServer(['a', 'b'])
})
test.afterEach(() => server.close())

const cards = (page: Page | Frame) =>
  page.evaluate(() =>
    Object.fromEntries([...document.querySelectorAll('li')].map((card) => [card.id, card.textContent])),
  )
const live = (page: Page | Frame) => page.evaluate(() => document.querySelector('ul')?.dataset.live)

async function becomes(page: Page | Frame, slug: string): Promise<void> {
  await expect.poll(() => cards(page)).toEqual(server.truth(slug))
}

async function openAll(context: BrowserContext, ...paths: string[]): Promise<Page[]> {
  const pages: Page[] = []
  for (const path of paths) {
    const page = await context.newPage()
    await page.goto(server.url + path)
    pages.push(page)
  }
  for (const page of pages) await expect.poll(() => live(page)).toBe('live')
  return pages
}

/** All pages follow changes, over one connection. */
async function followsTogether(pages: readonly (Page | Frame)[], slug = 'a'): Promise<void> {
  await expect.poll(server.streams).toBe(1)
  for (const n of [1, 2, 3]) server.change(`${slug}-key-${n}`)
  for (const page of pages) await becomes(page, slug)
}

test('three tabs on two hubs share one connection, and only the card that changed is drawn again', async ({
  context,
}) => {
  const [first, second, other] = await openAll(context, '/a', '/a', '/b')
  if (!first || !second || !other) throw new Error('no pages')
  await expect.poll(server.streams).toBe(1)
  const drawn = () => first.evaluate(() => ({ ...window.drawn }))
  const before = await drawn()
  server.change('a-key-2')
  await becomes(first, 'a')
  await becomes(second, 'a')
  expect(await drawn()).toEqual({ ...before, a2: (before.a2 ?? 0) + 1 })
  server.change('b-key-1')
  await becomes(other, 'b')

  // Nothing that a document holds ends with it.
  const opened = server.everOpened()
  await first.close()
  await followsTogether([second])
  expect(server.everOpened()).toBe(opened)
})

test('one widget of a hub is followed alone, and by the same connection', async ({ context }) => {
  const [hub, widget] = await openAll(context, '/a', '/b?only=b2')
  if (!hub || !widget) throw new Error('no pages')
  await followsTogether([hub])
  server.change('b-key-2')
  await expect.poll(() => cards(widget)).toEqual({ b2: server.truth('b').b2 })
  await expect.poll(server.streams).toBe(1)
})

test('where the worker cannot be had a document leads, and another takes over when it ends', async ({
  context,
}) => {
  server.workers(false)
  // One after the other, so that they lead in this order.
  const pages = [
    ...(await openAll(context, '/a')),
    ...(await openAll(context, '/a')),
    ...(await openAll(context, '/a')),
  ]
  await followsTogether(pages)
  expect(server.everOpened()).toBe(1)
  for (const opened of [2, 3]) {
    await pages.shift()?.close()
    await followsTogether(pages)
    expect(server.everOpened()).toBe(opened)
  }
})

test('without locks too, documents choose who leads', async ({ context }) => {
  server.workers(false)
  // What frames of other origins meet where the browser keeps storage from them.
  await context.addInitScript(() => {
    navigator.locks.request = () => Promise.reject(new DOMException('Access denied.', 'SecurityError'))
  })
  const pages = await openAll(context, '/a', '/a', '/a')
  await followsTogether(pages)
  await pages.shift()?.close()
  await followsTogether(pages)
})

test('a document without any of that has a stream of its own', async ({ context }) => {
  await context.addInitScript(() => {
    Object.assign(window, { SharedWorker: undefined, BroadcastChannel: undefined })
  })
  const pages = await openAll(context, '/a', '/a')
  await expect.poll(server.streams).toBe(2)
  server.change('a-key-1')
  for (const page of pages) await becomes(page, 'a')
})

test('eight frames on a page of another site share one connection', async ({ page }) => {
  const elsewhere = server.url.replace('127.0.0.1', 'localhost')
  const frames = [1, 2, 3, 1, 2, 3, 1, 2]
    .map((n) => `<iframe src="${server.url}/a?only=a${n}"></iframe>`)
    .join('')
  server.serve('/elsewhere', `<!doctype html>${frames}`)
  await page.goto(`${elsewhere}/elsewhere`)
  const framed = page.frames().slice(1)
  expect(framed).toHaveLength(8)
  for (const frame of framed) await expect.poll(() => live(frame)).toBe('live')
  await expect.poll(server.streams).toBe(1)
  for (const n of [1, 2, 3]) server.change(`a-key-${n}`)
  for (const frame of framed) {
    const id = new URL(frame.url()).searchParams.get('only') ?? ''
    await expect.poll(() => cards(frame)).toEqual({ [id]: server.truth('a')[id] })
  }
})

test('a sandboxed frame, which has no origin, is live', async ({ page }) => {
  server.serve('/outer', `<!doctype html><iframe sandbox="allow-scripts" src="${server.url}/a"></iframe>`)
  await page.goto(`${server.url}/outer`)
  const [, frame] = page.frames()
  if (!frame) throw new Error('no frame')
  await expect.poll(() => live(frame)).toBe('live')
  server.change('a-key-3')
  await becomes(frame, 'a')
})

test('a server that goes away and comes back finds every page current again', async ({ context }) => {
  const pages = await openAll(context, '/a', '/b')
  server.away(true)
  for (const page of pages) await expect.poll(() => live(page)).not.toBe('live')
  for (const slug of ['a', 'b']) for (const n of [1, 2, 3]) server.change(`${slug}-key-${n}`)
  server.away(false)
  for (const [n, page] of pages.entries()) {
    await becomes(page, 'ab'[n] ?? '')
    await expect.poll(() => live(page)).toBe('live')
  }
  await expect.poll(server.streams).toBe(1)
})

for (const worker of [true, false]) {
  test(`offline is paused at once, and online is current at once, ${worker ? 'with' : 'without'} the worker`, async ({
    context,
  }) => {
    server.workers(worker)
    const [page] = await openAll(context, '/a')
    if (!page) throw new Error('no page')
    server.away(true)
    await context.setOffline(true)
    await expect.poll(() => live(page)).toBe('paused')
    for (const n of [1, 2, 3]) server.change(`a-key-${n}`)
    server.away(false)
    await context.setOffline(false)
    await becomes(page, 'a')
    await expect.poll(() => live(page)).toBe('live')
  })

  test(`going back shows what is true now, ${worker ? 'with' : 'without'} the worker`, async ({
    context,
  }) => {
    server.workers(worker)
    const [page] = await openAll(context, '/a')
    if (!page) throw new Error('no page')
    await page.goto(`${server.url}/b`)
    await expect.poll(() => live(page)).toBe('live')
    server.change('a-key-1')
    await page.goBack()
    await becomes(page, 'a')
    server.change('a-key-2')
    await becomes(page, 'a')
    await expect.poll(server.streams).toBe(1)
  })
}
