import { QueryClient } from '@tanstack/react-query'
import { firstToAnswer, loaded } from '../transport/channel.ts'
import { openPage, type Page } from '../transport/page.ts'
import { rest } from '../transport/rest.ts'
import { bySharedWorker } from '../transport/shared-worker.ts'
import { pageCache } from './query-cache.ts'

/** Results nobody shows are kept for a reader who goes back; mounting anew brings what is newer. */
const KEPT = 30 * 60_000

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: Number.POSITIVE_INFINITY, gcTime: KEPT, structuralSharing: false },
    },
  })
}

/** The live end of this browser document, and the cache that it keeps current. */
export interface LiveDocument {
  readonly client: QueryClient
  readonly page: Page
}

let live: LiveDocument | undefined

/** Of the whole document, whichever of its components asks first. */
export function liveDocument(build: string): LiveDocument {
  live ??= openDocument(build)
  return live
}

function openDocument(build: string): LiveDocument {
  const client = newQueryClient()
  const transports = [
    bySharedWorker(build),
    loaded(async () => (await import('../transport/lead-by-lock.ts')).byLock(build)),
    loaded(async () => (await import('../transport/lead-by-vote.ts')).byVote(build)),
    loaded(async () => (await import('../transport/own-stream.ts')).byOwnStream),
  ]
  const page = openPage({
    cache: pageCache(client),
    connect: firstToAnswer(transports),
    environment: { now: () => performance.now(), random: Math.random, rest },
    hidden: document.visibilityState === 'hidden',
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') page.hide()
    else page.show()
  })
  addEventListener('online', () => page.network(true))
  addEventListener('offline', () => page.network(false))
  // A document in the back-forward cache must hold neither lock nor stream.
  addEventListener('pagehide', page.suspend)
  addEventListener('pageshow', page.resume)
  return { client, page }
}
