import { z } from 'zod'
import { type Answer, type LoadContext, LoadFailure } from '../define.ts'
import { believed } from '../kit/moment.ts'
import { retryAfter } from '../kit/retry-after.ts'
import { type Pull, pullOf, pullRequest } from './pull-request.ts'

const perPage = 50
const maxPages = 4

/**
 * Open pull requests of one repository from GitHub's API, last updated first: at least `wanted` of those that `keep`
 * keeps if there are as many within four pages. `complete` when these are all.
 * @throws LoadFailure
 */
export async function openPulls(
  repository: string,
  { wanted, keep }: { readonly wanted: number; keep(pull: Pull): boolean },
  { fetch, secrets, now }: Pick<LoadContext, 'fetch' | 'secrets' | 'now'>,
): Promise<{ pulls: Pull[]; complete: boolean }> {
  const base = (secrets.GITHUB_URL ?? 'https://api.github.com').replace(/\/+$/, '')
  const pulls: Pull[] = []
  for (let page = 1; page <= maxPages; page++) {
    const answer = await fetch(
      `${base}/repos/${repository}/pulls?state=open&sort=updated&direction=desc&per_page=${perPage}&page=${page}`,
      {
        headers: {
          accept: 'application/vnd.github+json',
          'user-agent': 'hubs',
          'x-github-api-version': '2022-11-28',
          ...(secrets.GITHUB_TOKEN === undefined ? {} : { authorization: `Bearer ${secrets.GITHUB_TOKEN}` }),
        },
      },
    )
    if (!answer.ok) throw failure(answer, repository, now)
    const requests = z.array(pullRequest).safeParse(await answer.json().catch(() => undefined))
    if (!requests.success) {
      throw new LoadFailure(
        'upstream',
        `GitHub answered something else than the pull requests of ${repository}.`,
        {
          cause: requests.error,
        },
      )
    }
    const held = requests.data.map((request) => ({
      ...request,
      updated_at: believed(request.updated_at, now),
    }))
    pulls.push(...held.map((request) => pullOf(repository, request)).filter(keep))
    if (!/<[^>]*>;\s*rel="next"/.test(answer.headers.get('link') ?? '')) return { pulls, complete: true }
    if (pulls.length >= wanted) break
  }
  return { pulls, complete: false }
}

function failure({ status, headers }: Answer, repository: string, now: number): LoadFailure {
  const wait = waitOf(headers, now)
  if (status === 429 || (status === 403 && wait !== undefined)) {
    return new LoadFailure(
      'limited',
      'GitHub asks for fewer requests.',
      wait === undefined ? {} : { retryAfter: wait },
    )
  }
  if (status === 401) {
    return new LoadFailure('unavailable', 'GitHub does not accept GITHUB_TOKEN. Set one that is valid.')
  }
  if (status === 403 || status === 404) {
    return new LoadFailure(
      'upstream',
      `GitHub has no ${repository}, or GITHUB_TOKEN may not read its pull requests.`,
    )
  }
  return new LoadFailure('upstream', `GitHub answered with status ${status}.`)
}

/** Milliseconds until GitHub wants to be asked again, by its rate limit headers. */
function waitOf(headers: Headers, now: number): number | undefined {
  const asked = retryAfter(headers.get('retry-after'), now)
  if (asked !== undefined) return asked
  if (headers.get('x-ratelimit-remaining') !== '0') return undefined
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN)
  return Number.isFinite(reset) ? Math.max(1000, reset * 1000 - now) : 60_000
}
