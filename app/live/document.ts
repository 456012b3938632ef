import { QueryClient } from '@tanstack/react-query'
import { firstThatSpeaks } from './channel.ts'
import { byElection } from './election.ts'
import { leadByLock } from './lead-by-lock.ts'
import { leadByVote } from './lead-by-vote.ts'
import { byOwnStream } from './own-stream.ts'
import { openPage, type Page } from './page.ts'
import { bySharedWorker } from './shared-worker.ts'
import { browserWorld } from './world.ts'

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
  const ways = [
    bySharedWorker(build),
    byElection(leadByLock, `hubs-live ${build} by lock`),
    byElection(leadByVote, `hubs-live ${build} by vote`),
    byOwnStream,
  ]
  const page = openPage({
    client,
    connect: firstThatSpeaks(ways),
    world: browserWorld,
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
