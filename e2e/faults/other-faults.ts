import { type Fault, lasting } from './scene.ts'

/** Asks for a page again and again; gives what was answered, 0 for nothing. */
async function askForPages(url: string, signal: AbortSignal): Promise<readonly number[]> {
  const statuses: number[] = []
  while (!signal.aborted) {
    const answer = await fetch(url).catch(() => undefined)
    await answer?.body?.cancel()
    statuses.push(answer?.status ?? 0)
    await lasting(50)
  }
  return statuses
}

export const otherFaults: readonly Fault[] = [
  {
    name: 'Postgres killed and restarted',
    async happen({ stores }) {
      await stores.postgres.kill()
      await lasting(2_000)
      await stores.postgres.restart()
    },
  },
  {
    name: 'Postgres away until pages say paused',
    long: true,
    async happen({ stores, watch }) {
      await stores.postgres.kill()
      await watch.untilPaused()
      await stores.postgres.restart()
    },
  },
  {
    name: 'a source that always fails, for 5 s',
    async happen({ truth }) {
      truth.status(500, 'north.0')
      await lasting(5_000)
      truth.status(200, 'north.0')
    },
  },
  {
    name: 'every process restarted in turn (a deploy), no page failing',
    endsAll: true,
    async happen({ members, proxy, restart }) {
      const done = new AbortController()
      const pages = askForPages(`${proxy.url}/south`, done.signal)
      for (const member of members) await restart(member)
      done.abort()
      const statuses = await pages
      const failed = statuses.filter((status) => status !== 200)
      if (failed.length > 0) throw new Error(`Of ${statuses.length} pages ${failed.length} failed: ${failed}`)
    },
  },
]
