import { type LoadContext, LoadFailure, type WholeResponse } from '../define.ts'
import { retryAfter } from './retry-after.ts'

/** Fetches and gives the answer when it is a good one; what else a server says becomes a failure with words for it. */
export async function fetchOk(
  { fetch, now }: LoadContext,
  url: string,
  accept: string,
): Promise<WholeResponse> {
  const answer = await fetch(url, { headers: { accept, 'user-agent': 'hubs' } })
  // A part, which nobody asked for, could be taken for all there is.
  if (answer.ok && answer.status !== 206) return answer
  const { host } = new URL(url)
  const wait = retryAfter(answer.headers.get('retry-after'), now)
  if (answer.status === 429 || (answer.status === 503 && wait !== undefined)) {
    throw new LoadFailure('limited', `${host} asks us to wait before the next request.`, {
      retryAfter: Math.max(wait ?? 60_000, 1_000),
    })
  }
  throw new LoadFailure('upstream', sentence(answer.status, host))
}

function sentence(status: number, host: string): string {
  if (status === 401 || status === 403)
    return `${host} answered ${status}: it shows this address only to those it knows.`
  if (status === 404 || status === 410) return `${host} answered ${status}: it has nothing at this address.`
  if (status === 206) return `${host} answered 206, a part of what it has there.`
  return `${host} answered ${status}.`
}
