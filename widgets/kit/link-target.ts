/** Whether a link may lead there: the web, a mail address, or a path on this site; never a script or a file. */
export function isLinkTarget(url: string): boolean {
  // Browsers drop tabs and line ends inside addresses and read `\` as `/`, so `/\evil.example` would leave the site.
  if (/[\s\\\p{Cc}]/u.test(url)) return false
  if (url.startsWith('/')) return !url.startsWith('//')
  return URL.canParse(url) && ['http:', 'https:', 'mailto:'].includes(new URL(url).protocol)
}
