/** The URL of a request line, whatever host it has; undefined when it names no path, or none that is UTF-8. */
export function requestUrl(target: string | undefined): URL | undefined {
  try {
    const url = new URL(target?.startsWith('/') ? `http://localhost${target}` : (target ?? ''))
    // Next answers 500 to a path that is no percent-encoded UTF-8, and to none, which schemes of others allow.
    decodeURIComponent(url.pathname)
    return url.pathname.startsWith('/') ? url : undefined
  } catch {
    return undefined
  }
}
