import type { Browser } from '@playwright/test'
import { untilLine } from '../fixtures/hub-page.ts'
import type { Look, Reader } from './reader.ts'

declare global {
  var hubsNotReloaded: boolean | undefined
}

/** A hub page in Chromium, looked at all the time. Looking fails once it was loaded again. */
export async function openBrowserReader(browser: Browser, url: string, slug: string): Promise<Reader> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(`${url}/${slug}`)
  await untilLine(page, 'live')
  await page.evaluate(() => {
    globalThis.hubsNotReloaded = true
  })

  async function look(): Promise<readonly Look[]> {
    const seen = await page.evaluate(() => {
      if (!globalThis.hubsNotReloaded) throw new Error('The page was loaded again.')
      const cards = [...document.querySelectorAll<HTMLElement>('[data-widget]')]
      return {
        line: document.querySelector('main')?.dataset.live,
        cards: cards.map((card) => ({
          title: card.querySelector('h2')?.textContent ?? '',
          figure: card.querySelector('.text-figure')?.textContent,
          fresh: card.dataset.status === 'fresh',
        })),
      }
    })
    const shown = new Map<string, { value: number; fresh: boolean }>()
    for (const { title, figure, fresh } of seen.cards)
      if (figure) shown.set(title, { value: Number(figure.replaceAll(',', '')), fresh })
    const { line } = seen
    return [
      { slug, live: line === 'live', paused: line === 'paused', revision: undefined, jobs: false, shown },
    ]
  }

  return { name: 'Chromium', look, close: () => page.context().close() }
}
