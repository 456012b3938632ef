/** Written by the build. */
declare const HUBS_BASE_PATH: unknown

/**
 * The path of `HUBS_ORIGIN` below which this installation stands, such as `/hubs`; empty at the root of a host name. The
 * build of the pages writes it here (`next.config.mjs`): their scripts have it before anything is asked of the server.
 */
export const basePath = typeof HUBS_BASE_PATH === 'string' ? HUBS_BASE_PATH : ''

/** Where a link leads: a path is one of this installation, whatever it stands below. */
export function siteHref(url: string): string {
  return url.startsWith('/') ? basePath + url : url
}
