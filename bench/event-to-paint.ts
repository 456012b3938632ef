import { setTimeout } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { chromiumPath } from '../e2e/servers/chromium.ts'
import { latencies } from './latencies.ts'
import type { Row } from './row.ts'
import { openWatchedHub } from './watched-hub.ts'

const WARM = 20
const EVENTS = 150
/** Milliseconds between two events: the browser has painted the one before and is at rest. */
const EVERY = 100

/** From the publication on NATS until Chromium has painted the widget's new number. */
export async function eventToPaint(): Promise<readonly Row[]> {
  const hub = await openWatchedHub()
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
  const times = latencies()
  try {
    const page = await browser.newPage()
    await page.goto(`${hub.product.url}/watched`)
    await page.locator('main[data-live=live]').waitFor()
    // Runs in the page: the time after the next frame in which the card shows `text`.
    const painted = (text: string) =>
      page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const observer = new MutationObserver(() => {
              if (document.querySelector('[data-widget] .text-figure')?.textContent !== wanted) return
              observer.disconnect()
              requestAnimationFrame(() => {
                const afterFrame = new MessageChannel()
                afterFrame.port1.onmessage = () => resolve(performance.timeOrigin + performance.now())
                afterFrame.port2.postMessage(undefined)
              })
            })
            observer.observe(document.body, { subtree: true, childList: true, characterData: true })
          }),
        text,
      )
    for (let n = 1; n <= WARM + EVENTS; n++) {
      const done = painted(n.toLocaleString('en'))
      await setTimeout(EVERY)
      const sent = performance.timeOrigin + performance.now()
      await hub.change()
      const at = await done
      if (n > WARM) times.add(at - sent, EVERY)
    }
    return [
      {
        what: 'event on the bus → painted in Chromium (a number loaded over HTTP)',
        target: 'p95 < 50 ms',
        measured: times.inWords(50, 95),
        met: times.at(95) < 50,
      },
    ]
  } finally {
    await browser.close()
    await hub.stop()
  }
}
