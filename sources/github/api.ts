import { z } from 'zod'
import { type LoadContext, LoadFailure, type Secrets, type WholeResponse } from '#widgets/define.ts'
import { retryAfter } from '#widgets/kit/retry-after.ts'
import { type PullRequest, pullRequest } from './delivery.ts'

const perPage = 50

/** The address of GitHub's API, or of that of a server of one's own. */
export function apiAddress({ GITHUB_URL }: Secrets): string {
  return (GITHUB_URL ?? 'https://api.github.com').replace(/\/+$/, '')
}

/**
 * Open pull requests of one repository, last updated first, a page at a time as they are asked for.
 * @throws LoadFailure
 */
export async function* openPullRequests(
  repository: string,
  { fetch, secrets, now }: Pick<LoadContext, 'fetch' | 'secrets' | 'now'>,
): AsyncGenerator<{ readonly requests: readonly PullRequest[]; readonly more: boolean }, void> {
  for (let page = 1; ; page++) {
    const answer = await fetch(
      `${apiAddress(secrets)}/repos/${repository}/pulls?state=open&sort=updated&direction=desc&per_page=${perPage}&page=${page}`,
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
        { cause: requests.error },
      )
    }
    const more = /<[^>]*>;\s*rel="next"/.test(answer.headers.get('link') ?? '')
    yield { requests: requests.data, more }
    if (!more) return
  }
}

function failure({ status, headers }: WholeResponse, repository: string, now: number): LoadFailure {
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
