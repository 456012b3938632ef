import { ADMIN_TOKEN } from '../api.ts'
import { startProxy } from '../fixtures/composed-proxy.ts'
import { type Fault, lasting } from './scene.ts'

/** Requests under way at a time, of each kind. */
const AT_A_TIME = 4

/** Asks again and again, as the next in `AT_A_TIME` rows; gives what was answered other than `wanted`, and how often all was. */
async function asking(
  ask: () => Promise<Response>,
  wanted: number,
  signal: AbortSignal,
): Promise<{ readonly asked: number; readonly others: readonly string[] }> {
  let asked = 0
  const others: string[] = []
  async function row(): Promise<void> {
    while (!signal.aborted) {
      asked += 1
      try {
        const answer = await ask()
        await answer.arrayBuffer()
        if (answer.status !== wanted) others.push(String(answer.status))
      } catch (error) {
        others.push(String((error as Error).cause ?? error))
      }
      await lasting(10)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, row))
  return { asked, others }
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
            authorization: `Bearer ${ADMIN_TOKEN}`,
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
      for (const front of fronts) {
        await lasting(500)
        await restart(front)
      }
      await lasting(500)
      done.abort()
      for (const [what, { asked, others }] of [
        ['POSTs', await posts],
        ['pages', await pages],
      ] as const) {
        console.log(`${what}: ${asked}`)
        if (asked < 50) throw new Error(`Only ${asked} ${what} were asked for`)
        if (others.length > 0) throw new Error(`Of ${asked} ${what} ${others.length} failed: ${others}`)
      }
    } finally {
      done.abort()
      await proxy.stop()
    }
  },
}
