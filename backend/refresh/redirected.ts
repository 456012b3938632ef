export interface FetchRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Headers that tell a stranger nothing; any other may be a credential under its own name. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent'])

/** The request that follows a redirect, as browsers do it (https://fetch.spec.whatwg.org/#http-redirect-fetch), but stricter: to another origin go harmless headers alone. */
export function redirected(request: FetchRequest, status: number, from: URL, to: URL): FetchRequest {
  const method = request.method?.toUpperCase() ?? 'GET'
  const becomesGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST'
  const headers = Object.entries(request.headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase()
    return (from.origin === to.origin || harmless.has(lower)) && !(becomesGet && lower.startsWith('content-'))
  })
  return {
    method: becomesGet ? 'GET' : method,
    headers: Object.fromEntries(headers),
    ...(becomesGet || request.body === undefined ? {} : { body: request.body }),
  }
}
