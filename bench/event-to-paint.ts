import { chromium, type Page } from '@playwright/test'
import { chromiumPath } from '#testing/servers/chromium.ts'
import { monotonic } from './clock.ts'
import { cpu, percentiles, rates } from './details.ts'
import { type Repeated, repeated } from './latencies.ts'
import { pace } from './pace.ts'
import { watchCpu } from './processes.ts'
import type { Row } from './row.ts'
import { openWatchedHub } from './watched-hub.ts'

const WARM = 20
const REPEATS = 5
const EVENTS = 60
/** Milliseconds between two events: the browser has painted the one before and is at rest. */
const EVERY = 100

/** From when the event was due on NATS until Chromium has painted the widget's new number. */
export async function eventToPaint(): Promise<readonly Row[]> {
  const hub = await openWatchedHub()
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
  const times = repeated()
  try {
    const page = await browser.newPage()
    await page.goto(`${hub.product.url}/watched`)
    await page.locator('main[data-live=live]').waitFor()
    await watchPaints(page)
    let value = 0
    async function run(events: number, into?: Repeated): Promise<number> {
      const due: number[] = []
      const from = value
      const changes: Promise<void>[] = []
      // The page's clock runs beside ours at a distance that stays.
      const apart = performance.timeOrigin + performance.now() - monotonic()
      await pace(events, EVERY, (_, at) => {
        due.push(at + apart)
        changes.push(hub.change())
      })
      value += events
      await Promise.all(changes)
      const paints = await paintsUpTo(page, value)
      const last = paints.at(-1)?.at ?? 0
      for (const [n, at] of due.entries()) {
        // A number that was passed over was painted with the one after it.
        const painted = paints.find((paint) => paint.value >= from + n + 1)
        if (painted) into?.add(painted.at - at)
      }
      return (last - (due[0] ?? last)) / 1_000
    }
    await run(WARM)
    const spent = watchCpu(hub.processes)
    let seconds = 0
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      times.next()
      seconds += await run(EVENTS, times)
    }
    return [
      {
        what: 'event on the bus → painted in Chromium (a number loaded over HTTP)',
        target: 'p95 < 50 ms',
        measured: times.inWords(50, 95),
        met: times.at(95) < 50,
        details: [
          rates(1_000 / EVERY, (REPEATS * EVENTS) / seconds),
          percentiles('From when an event was due', times),
          cpu(spent(), seconds),
        ],
      },
    ]
  } finally {
    await browser.close()
    await hub.stop()
  }
}

interface Paint {
  readonly value: number
  /** On the page's clock. */
  readonly at: number
}

declare global {
  interface Window {
    /** Numbers the card has shown, each with the time after the next frame. */
    paints: Paint[]
  }
}

const watchPaints = (page: Page) =>
  page.evaluate(() => {
    window.paints = []
    let shown = ''
    new MutationObserver(() => {
      const text = document.querySelector('[data-widget] .text-figure')?.textContent ?? ''
      if (text === shown) return
      shown = text
      requestAnimationFrame(() => {
        const afterFrame = new MessageChannel()
        afterFrame.port1.onmessage = () => {
          const value = Number(text.replaceAll(',', ''))
          window.paints.push({ value, at: performance.timeOrigin + performance.now() })
        }
        afterFrame.port2.postMessage(undefined)
      })
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })

async function paintsUpTo(page: Page, value: number): Promise<readonly Paint[]> {
  await page.waitForFunction((wanted) => (window.paints.at(-1)?.value ?? 0) >= wanted, value)
  return page.evaluate(() => window.paints.splice(0))
}
