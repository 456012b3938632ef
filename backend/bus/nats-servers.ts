/** What the client wants apart: addresses, and who asks. */
export interface NatsServers {
  readonly servers: readonly string[]
  readonly user?: string
  readonly pass?: string
  readonly token?: string
}

/** Reads `NATS_URL`: servers separated by commas; `user:password@` or `token@` before any of them holds for all. */
export function parseNatsServers(url: string): NatsServers {
  const parsed = url.split(',').map((text) => new URL(text.trim()))
  const servers = parsed.map(({ protocol, host }) => `${protocol}//${host}`)
  const named = parsed.find(({ username }) => username !== '')
  if (!named) return { servers }
  const [user, pass] = [named.username, named.password].map(decodeURIComponent)
  if (user === undefined) return { servers }
  return pass ? { servers, user, pass } : { servers, token: user }
}
