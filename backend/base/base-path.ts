/** The path below which Hubs stands at this address, without a slash at its end; empty at the root of a host name. */
export function basePathOf(address: string): string {
  return new URL(address).pathname.replace(/\/$/, '')
}

/** The same address as seen from below the path; undefined for what is beside it. */
export function withoutBasePath(url: URL, basePath: string): URL | undefined {
  if (basePath === '') return url
  const { pathname } = url
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return undefined
  const inside = new URL(url)
  inside.pathname = pathname.slice(basePath.length)
  return inside
}
