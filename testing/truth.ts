import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A JSON endpoint whose answers the test decides, so that what a card shows can be held against the truth. */
export interface Truth {
  readonly url: (name: string) => string
  set(name: string, value: unknown): void
  /** How often a name was asked for. */
  loads(name: string): number
  /** Names that have been asked for while an answer to an earlier question was on its way, once a time. */
  readonly doubled: readonly string[]
  /** Milliseconds each answer takes from now on. */
  delay(ms: number): void
  /** From now on answers with this status, all names or the one given. */
  status(code: number, name?: string): void
  close(): Promise<void>
}

export async function openTruth(): Promise<Truth> {
  const values = new Map<string, unknown>()
  const counts = new Map<string, number>()
  const answering = new Map<string, number>()
  const doubled: string[] = []
  let wait = 0
  let status = 200
  const statuses = new Map<string, number>()
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1))
    counts.set(name, (counts.get(name) ?? 0) + 1)
    const before = answering.get(name) ?? 0
    if (before > 0) doubled.push(name)
    answering.set(name, before + 1)
    response.on('close', () => answering.set(name, (answering.get(name) ?? 1) - 1))
    // Read when the request came, answered later: a slow load must be able to carry an old value.
    const text = JSON.stringify(values.get(name) ?? null)
    setTimeout(() => {
      response.writeHead(statuses.get(name) ?? status, { 'content-type': 'application/json' }).end(text)
    }, wait)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (name) => `http://127.0.0.1:${port}/${encodeURIComponent(name)}`,
    set: (name, value) => void values.set(name, value),
    loads: (name) => counts.get(name) ?? 0,
    doubled,
    delay(ms) {
      wait = ms
    },
    status(code, name) {
      if (name === undefined) status = code
      else statuses.set(name, code)
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
