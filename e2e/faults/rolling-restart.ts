import { ADMIN_API_TOKEN } from '#testing/api.ts'
import { until } from '#testing/servers/until.ts'
import { startProxy } from '../fixtures/composed-proxy.ts'
import { type Fault, lasting } from './scene.ts'

/** Requests under way at a time, of each kind. */
const AT_A_TIME = 4

/** How many of each kind are asked about each restart, at least: on a busy machine they take longer. */
const AROUND_EACH = 15

interface Asking {
  asked: number
  /** What was answered other than as wanted. */
  readonly others: string[]
  readonly ended: Promise<unknown>
}

/** Asks again and again, as the next in `AT_A_TIME` rows. */
function asking(ask: () => Promise<Response>, wanted: number, signal: AbortSignal): Asking {
  const seen = { asked: 0, others: [] as string[] }
  async function row(): Promise<void> {
    while (!signal.aborted) {
      try {
        const answer = await ask()
        await answer.arrayBuffer()
        if (answer.status !== wanted) seen.others.push(String(answer.status))
      } catch (error) {
        seen.others.push(String((error as Error).cause ?? error))
      }
      seen.asked += 1
      await lasting(10)
    }
  }
  return Object.assign(seen, { ended: Promise.all(Array.from({ length: AT_A_TIME }, row)) })
}

/** What an operator does with every release, behind the proxy that compose.yaml runs. */
export const rollingRestart: Fault = {
  name: 'a rolling restart behind nginx: no POST lost, no page failing',
  endsAll: true,
  async happen({ fronts, restart }) {
    const urls = fronts.map(({ product }) => product.url)
    const proxy = await startProxy({ web: urls, stream: urls })
    const done = new AbortController()
    try {
      const post = () =>
        fetch(`${proxy.url}/api/v1/events`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${ADMIN_API_TOKEN}`,
            'content-type': 'application/cloudevents+json',
          },
          body: JSON.stringify({
            specversion: '1.0',
            id: crypto.randomUUID(),
            source: 'rolling',
            type: 'rolling.restart',
          }),
        })
      const posts = asking(post, 202, done.signal)
      const pages = asking(() => fetch(`${proxy.url}/south`), 200, done.signal)
      const enough = (kind: Asking, from: number) =>
        until(async () => kind.asked >= from + AROUND_EACH, 'Nothing is answered')
      for (const front of fronts) {
        const [posted, read] = [posts.asked, pages.asked]
        await lasting(500)
        await restart(front)
        await Promise.all([enough(posts, posted), enough(pages, read)])
      }
      await lasting(500)
      done.abort()
      await Promise.all([posts.ended, pages.ended])
      for (const [what, { asked, others }] of [
        ['POSTs', posts],
        ['pages', pages],
      ] as const) {
        console.log(`${what}: ${asked}`)
        if (others.length > 0) throw new Error(`Of ${asked} ${what} ${others.length} failed: ${others}`)
      }
    } finally {
      done.abort()
      await proxy.stop()
    }
  },
}
