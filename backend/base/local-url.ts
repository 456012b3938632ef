/** Addresses that mean every address of the machine: listened on, but none to go to. */
const every = new Set(['0.0.0.0', '::', '[::]'])

/** Where what listens on `host` is reached from this machine, without a trailing slash. */
export function localUrl(host: string, port: number): string {
  if (every.has(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
}
