import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { listenForComplaints } from './fixtures/complaints.ts'
import { card, PATIENCE, untilLine } from './fixtures/hub-page.ts'

let product: RunningProduct
let truth: Truth
/** Words every card must show, by widget id. */
let words: ReadonlyMap<string, readonly string[]>

test.beforeAll(async () => {
  truth = await openTruth()
  product = await startProduct({
    mode: 'embedded',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
  })
  words = await putThirty()
})
test.afterAll(async () => {
  await product?.stop()
  await truth?.close()
})

/** Each card holds more than fits into what a page sends at once. */
async function putThirty() {
  const lines = (n: number) =>
    Array.from({ length: 40 }, (_, line) => `card ${n} line ${line} `.padEnd(60, '·'))
  const cards = Array.from({ length: 30 }, (_, n) => {
    const position = { x: (n % 3) * 4, y: Math.floor(n / 3) * 4, w: 4, h: 4 }
    const [first = '', last = ''] = [lines(n).at(0), lines(n).at(-1)]
    switch (n % 5) {
      case 0: {
        truth.set(`list ${n}`, lines(n))
        const config = { url: truth.url(`list ${n}`), as: 'list' }
        return { type: 'json', config, position, shows: [first, lines(n)[19] ?? ''] }
      }
      case 1: {
        truth.set(
          `table ${n}`,
          lines(n).map((text, row) => ({ row, text })),
        )
        const config = { url: truth.url(`table ${n}`), as: 'table' }
        return { type: 'json', config, position, shows: [first, lines(n)[9] ?? ''] }
      }
      case 2:
        return {
          type: 'activity',
          config: { topics: [`full.${n}.>`], limit: 30 },
          position,
          shows: [`last of ${n}`],
        }
      case 3: {
        const links = lines(n).map((title) => ({ title, url: '/welcome' }))
        return { type: 'links', config: { groups: [{ links }] }, position, shows: [first, last] }
      }
      default:
        return { type: 'notes', config: { text: lines(n).join('\n\n') }, position, shows: [first, last] }
    }
  })
  const hub = await api(product.url).put(
    'full',
    hubOf(
      'Full',
      cards.map(({ shows: _, ...widget }) => widget),
    ),
  )
  for (let n = 2; n < 30; n += 5) {
    for (let line = 0; line < 20; line++)
      await api(product.url).publish(`full.${n}.line${line}`, {
        message: `said ${line} of ${n} `.padEnd(150, '·'),
      })
    await api(product.url).publish(`full.${n}.end`, { message: `last of ${n}` })
  }
  const shown = new Map(hub.widgets.map(({ id }, n) => [id, cards[n]?.shows ?? []]))
  const states = async () => {
    const { widgets } = await api(product.url).snapshot('full')
    return Object.values(widgets).map(
      ({ status, data }) => status === 'fresh' && JSON.stringify(data).length > 1_000,
    )
  }
  await expect.poll(states, PATIENCE).toEqual(Array.from({ length: 30 }, () => true))
  return shown
}

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('thirty full cards are all readable', async ({ page }) => {
    await page.goto(`${product.url}/full`)
    await expect(page.locator('[data-widget]')).toHaveCount(30)
    for (const [id, texts] of words) {
      for (const text of texts) {
        const shown = card(page, id).getByText(text).first()
        await expect(shown).toBeVisible()
        await shown.scrollIntoViewIfNeeded()
        await expect(shown).toBeInViewport()
      }
    }
    // What only scripts could do is not offered, and the time it was true is told.
    await expect(page.getByText('As of').first()).toBeVisible()
    await expect(page.getByText('Why?').first()).toBeHidden()
    await expect(page.getByText('Connecting')).toBeHidden()
  })

  test('the directory, a card’s own page and an embed are readable', async ({ page }) => {
    const [first] = words
    const [id = '', [text = ''] = []] = first ?? []
    await page.goto(`${product.url}/`)
    await page.getByRole('link', { name: 'Full' }).click()
    await expect(page).toHaveURL(`${product.url}/full`)
    for (const path of [`/full/w/${id}`, `/embed/${id}`]) {
      await page.goto(product.url + path)
      await expect(page.getByText(text).first()).toBeVisible()
    }
  })
})

test('with every other origin blocked everything shows, under a policy that nothing offends', async ({
  page,
  context,
}) => {
  const elsewhere: string[] = []
  await context.route(
    (url) => url.origin !== product.url,
    (route) => {
      elsewhere.push(route.request().url())
      return route.abort()
    },
  )
  const complaints = await listenForComplaints(page)
  const [id] = [...words.keys()]
  for (const path of ['/', '/full', '/welcome', '/designteam', `/full/w/${id}`, `/embed/${id}`]) {
    const answer = await page.goto(product.url + path)
    expect(answer?.status(), path).toBe(200)
    if (path !== '/') await untilLine(page, 'live')
    await expect(page.locator('h1, h2').first()).toBeVisible()
    expect(complaints, path).toEqual([])
  }
  expect(elsewhere).toEqual([])

  // Chromium itself reports a page that is not there; nothing else may be.
  const answer = await page.goto(`${product.url}/nowhere`)
  expect(answer?.status()).toBe(404)
  await expect(page.locator('h1')).toBeVisible()
  expect(complaints.filter((text) => !text.includes('404 (Not Found)'))).toEqual([])
  expect(elsewhere).toEqual([])
})

test('every page has a policy of its own with a nonce, and none lets inline scripts run', async () => {
  const [id] = [...words.keys()]
  const nonces = new Set<string>()
  for (const path of ['/', '/full', `/full/w/${id}`, `/embed/${id}`, '/nowhere', '/embed/nowhere']) {
    const answer = await fetch(product.url + path)
    const policy = answer.headers.get('content-security-policy') ?? ''
    const directives = new Map(policy.split('; ').map((text) => [text.split(' ')[0], text]))
    const scripts = directives.get('script-src') ?? ''
    expect(scripts, path).toMatch(/'nonce-[\w+/=]{20,}'/)
    expect(scripts, path).not.toContain('unsafe')
    expect(directives.get('default-src')).toBe("default-src 'self'")
    // That there is no such widget may be shown anywhere.
    const ancestors = path === '/embed/nowhere' ? '*' : "'none'"
    expect(directives.get('frame-ancestors'), path).toBe(`frame-ancestors ${ancestors}`)
    const nonce = /'nonce-([^']+)'/.exec(scripts)?.[1] ?? ''
    nonces.add(nonce)
    const html = await answer.text()
    for (const [tag] of html.matchAll(/<script\b[^>]*>/g)) expect(tag, path).toContain(`nonce="${nonce}"`)
    expect(html).not.toMatch(/<[^>]+\son\w+=/)
  }
  expect(nonces.size).toBe(6)
})
