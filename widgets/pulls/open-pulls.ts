import { openPullRequests } from '#sources/github/api.ts'
import type { LoadContext } from '../define.ts'
import { believed } from '../kit/moment.ts'
import { type Pull, pullOf } from './pull.ts'

const maxPages = 4

/**
 * Open pull requests of one repository from GitHub's API, last updated first: at least `wanted` of those that `keep`
 * keeps if there are as many within four pages. `complete` when these are all.
 * @throws LoadFailure
 */
export async function openPulls(
  repository: string,
  { wanted, keep }: { readonly wanted: number; keep(pull: Pull): boolean },
  context: Pick<LoadContext, 'fetch' | 'secrets' | 'now'>,
): Promise<{ pulls: Pull[]; complete: boolean }> {
  const pulls: Pull[] = []
  let pages = 0
  for await (const { requests, more } of openPullRequests(repository, context)) {
    const held = requests.map((request) => ({
      ...request,
      updated_at: believed(request.updated_at, context.now),
    }))
    pulls.push(...held.map((request) => pullOf(repository, request)).filter(keep))
    if (!more) return { pulls, complete: true }
    if (pulls.length >= wanted || ++pages === maxPages) break
  }
  return { pulls, complete: false }
}
