import { openRelay } from './relay.ts'
import type { Server, ServerKind } from './server.ts'

/**
 * Stands before a server that is not our process, so that tests can take it away all the same: seen from the client,
 * a cut link is a killed server, and one that carries nothing is a paused one.
 */
export async function openLink(
  kind: ServerKind,
  url: string,
  end: () => Promise<void> = async () => {},
): Promise<Server> {
  const target = new URL(url)
  const relay = await openRelay({ host: target.hostname, port: Number(target.port) || kind.port })
  const linked = new URL(url)
  linked.host = `127.0.0.1:${relay.port}`
  return {
    url: linked.href,
    port: relay.port,
    kill: relay.cut,
    async stop() {
      await relay.cut()
      await end()
    },
    async restart({ keepData = true } = {}) {
      await relay.cut()
      if (!keepData && !kind.wipe) throw new Error(`A ${kind.name} that is not ours is not emptied`)
      if (!keepData) await kind.wipe?.(url)
      relay.resume()
      await relay.listen()
    },
    keep: () => notOurs(kind),
    revert: () => notOurs(kind),
    pause: relay.pause,
    resume: relay.resume,
  }
}

const notOurs = (kind: ServerKind): Promise<never> =>
  Promise.reject(new Error(`The data of a ${kind.name} that is not ours are not copied`))
