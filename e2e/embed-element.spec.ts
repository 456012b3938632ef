import { expect, type Page, test } from '@playwright/test'
import { embedScriptRoute } from '#backend/edge/http/embed-script.ts'
import { type LiveServer, startLiveServer } from './live/live-server.ts'

let server: LiveServer
let elsewhere: string

test.beforeEach(async ({ page }) => {
  server = await startLiveServer(['a'])
  elsewhere = server.url.replace('127.0.0.1', 'localhost')
  const { body } = await embedScriptRoute.handle({} as Parameters<typeof embedScriptRoute.handle>[0])
  server.serve('/embed.js', String(body), 'text/javascript')
  server.serve('/page', `<!doctype html><script src="${server.url}/embed.js"></script><main></main>`)
  await page.goto(`${elsewhere}/page`)
})
test.afterEach(() => server.close())

async function put(page: Page, attributes: string): Promise<void> {
  await page.evaluate((html) => {
    const main = document.querySelector('main')
    if (main) main.innerHTML = html
  }, `<hub-widget ${attributes}></hub-widget>`)
}

const frame = (page: Page) => page.locator('hub-widget iframe')
const height = (page: Page) =>
  frame(page).evaluate((element) => Number.parseFloat((element as HTMLElement).style.height))
const content = (page: Page) =>
  page
    .frames()
    .at(-1)
    ?.evaluate(() => Math.ceil(document.body.getBoundingClientRect().height)) ?? Promise.resolve(0)

/** Says a height as anybody might. */
const say = (page: Page, said: unknown) => page.evaluate((message) => window.postMessage(message, '*'), said)

test('one line frames a live widget that is as high as its content', async ({ page }) => {
  await put(page, `src="${server.url}/a?only=a1" title="Builds"`)
  await expect(frame(page)).toHaveAttribute('loading', 'lazy')
  await expect(frame(page)).toHaveAttribute('title', 'Builds')
  await expect.poll(async () => (await height(page)) === (await content(page))).toBe(true)
  const before = await height(page)

  const inside = page.frameLocator('hub-widget iframe').locator('#a1')
  server.change('a-key-1')
  await expect(inside).toHaveText(String(server.truth('a').a1))
  await inside.evaluate((card) => {
    card.style.height = '333px'
  })
  await expect.poll(() => height(page)).toBeGreaterThan(before + 200)
  await inside.evaluate((card) => {
    card.style.height = ''
  })
  await expect.poll(() => height(page)).toBe(before)
})

test('heights said by others are not believed', async ({ page }) => {
  const liar = `<!doctype html><script>parent.postMessage({ type: 'hubs:height', height: 4321 }, '*')</script>`
  server.serve('/liar', liar)
  await put(page, `src="${server.url}/a?only=a1"`)
  await expect.poll(async () => (await height(page)) === (await content(page))).toBe(true)
  const before = await height(page)
  const heard = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let count = 0
        addEventListener('message', ({ data }) => {
          if (data?.height === 4321 && ++count === 2) resolve()
        })
      }),
  )
  await say(page, { type: 'hubs:height', height: 4321 })
  await page.evaluate((src) => {
    const other = document.createElement('iframe')
    other.src = src
    document.body.append(other)
  }, `${server.url}/liar`)
  await heard
  expect(await height(page)).toBe(before)
})

test('a frame that went to another origin is not believed', async ({ page }) => {
  server.serve('/away', `<!doctype html><script>location = '${elsewhere}/liar'</script>`)
  server.serve(
    '/liar',
    `<!doctype html><script>parent.postMessage({ type: 'hubs:height', height: 4321 }, '*')</script>`,
  )
  const heard = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        addEventListener('message', ({ origin }) => resolve(origin))
      }),
  )
  await put(page, `src="${server.url}/away"`)
  expect(await heard).toBe(elsewhere)
  expect(await height(page)).toBe(240)
})

test('attributes are followed', async ({ page }) => {
  await put(page, `src="${server.url}/a?only=a1" theme="dark" height="240"`)
  await expect(frame(page)).toHaveAttribute('src', `${server.url}/a?only=a1&theme=dark`)
  await expect(page.frameLocator('hub-widget iframe').locator('#a1')).toBeVisible()
  expect(await height(page)).toBe(240)

  const set = (name: string, value: string | null) =>
    page.locator('hub-widget').evaluate(
      (element, [key, text]) => {
        if (text === null) element.removeAttribute(String(key))
        else element.setAttribute(String(key), String(text))
      },
      [name, value],
    )
  await set('height', null)
  await expect.poll(async () => (await height(page)) === (await content(page))).toBe(true)
  await set('src', `${server.url}/a?only=a2`)
  await expect(frame(page)).toHaveAttribute('src', `${server.url}/a?only=a2&theme=dark`)
  await set('src', 'javascript:alert(1)')
  await expect(frame(page)).toHaveCount(0)
})

test('removing it ends its stream, putting it back begins again', async ({ page }) => {
  await put(page, `src="${server.url}/a?only=a1"`)
  await expect.poll(server.streams).toBe(1)
  await page.evaluate(() => {
    const element = document.querySelector('hub-widget')
    Object.assign(window, { element })
    element?.remove()
  })
  await expect.poll(server.streams).toBe(0)
  await page.evaluate(() => {
    const { element } = window as unknown as { element: Element }
    document.querySelector('main')?.append(element)
  })
  await expect(frame(page)).toHaveCount(1)
  await expect.poll(server.streams).toBe(1)
})

test('loading the script twice is harmless', async ({ page }) => {
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await page.addScriptTag({ url: `${server.url}/embed.js` })
  await put(page, `src="${server.url}/a?only=a1"`)
  await expect(frame(page)).toHaveCount(1)
  expect(errors).toEqual([])
})

test('a frame has the theme of the page behind it, from the start and when that changes', async ({
  page,
}) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.evaluate(() => document.body.style.setProperty('background', 'oklch(0.2 0.02 260)'))
  await put(page, `src="${server.url}/a?only=a1"`)
  await expect(frame(page)).toHaveAttribute('src', `${server.url}/a?only=a1&theme=dark`)
  await expect(frame(page)).toHaveCSS('color-scheme', 'dark')
  await expect.poll(async () => (await height(page)) === (await content(page))).toBe(true)

  const told = page
    .frames()
    .at(-1)
    ?.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener('message', ({ data }) => data.theme === 'light' && resolve(data))
        }),
    )
  await page.evaluate(() => document.body.style.setProperty('background', '#fff'))
  expect(await told).toEqual({ type: 'hubs:theme', theme: 'light' })
  await expect(frame(page)).toHaveCSS('color-scheme', 'light')
  // It is told, and not loaded anew.
  await expect(frame(page)).toHaveAttribute('src', `${server.url}/a?only=a1&theme=dark`)
})

test('a frame is as high as it was last time, and no higher than it may be', async ({ page }) => {
  const inside = page.frameLocator('hub-widget iframe').locator('#a1')
  await put(page, `src="${server.url}/a?only=a1" max-height="300"`)
  await expect.poll(async () => (await height(page)) === (await content(page))).toBe(true)
  await inside.evaluate((card) => card.style.setProperty('height', '900px'))
  await expect.poll(() => height(page)).toBe(300)
  await page.locator('hub-widget').evaluate((element) => element.setAttribute('max-height', 'none'))
  await expect.poll(() => height(page)).toBeGreaterThan(899)
  const last = await height(page)

  await page.reload()
  const first = await page.evaluate((src) => {
    const element = document.createElement('hub-widget')
    element.setAttribute('src', src)
    element.setAttribute('max-height', 'none')
    document.querySelector('main')?.append(element)
    return element.querySelector('iframe')?.style.height
  }, `${server.url}/a?only=a1`)
  expect(first).toBe(`${last}px`)
})

test('a frame that the browser refuses to show is told of in words', async ({ page }) => {
  await page.clock.install()
  await put(page, `src="${server.url}/refused" title="Builds"`)
  await expect(frame(page)).toHaveCount(1)
  const words = page.locator('hub-widget [role=status]')
  await expect
    .poll(async () => {
      await page.clock.runFor(1_000)
      return words.count()
    })
    .toBe(1)
  await expect(words).toContainText(`This page may not show Builds: its hub must allow ${elsewhere}`)
  await expect(words.getByRole('link')).toHaveAttribute('href', `${server.url}/refused`)
  await expect(frame(page)).toBeHidden()

  // Another address is another try.
  await page
    .locator('hub-widget')
    .evaluate((element, src) => element.setAttribute('src', src), `${server.url}/a?only=a1`)
  await expect(words).toHaveCount(0)
  await expect(frame(page)).toBeVisible()
})
