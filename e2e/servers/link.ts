import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server as Listener, type Socket } from 'node:net'
import type { Kind, Server } from './server.ts'

/**
 * Stands before a server that is not our process, so that tests can take it away all the same: seen from the client,
 * a cut link is a killed server, and one that carries nothing is a paused one.
 */
export async function openLink(
  kind: Kind,
  url: string,
  end: () => Promise<void> = async () => {},
): Promise<Server> {
  const target = new URL(url)
  const host = target.hostname
  const to = Number(target.port) || kind.port
  const sockets = new Set<Socket>()
  let paused = false

  function carry(from: Socket): void {
    const onward = connect(to, host)
    for (const [socket, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
      if (paused) socket.pause()
    }
  }

  async function listen(port: number): Promise<Listener> {
    const listener = createServer(carry).listen(port, '127.0.0.1')
    await once(listener, 'listening')
    listener.unref()
    return listener
  }

  let listener: Listener | undefined = await listen(0)
  const { port } = listener.address() as AddressInfo

  async function cut(): Promise<void> {
    if (!listener) return
    const closing = listener
    listener = undefined
    closing.close()
    for (const socket of sockets) socket.destroy()
    await once(closing, 'close')
  }

  const linked = new URL(url)
  linked.host = `127.0.0.1:${port}`
  return {
    url: linked.href,
    port,
    kill: cut,
    async stop() {
      await cut()
      await end()
    },
    async restart({ keepData = true } = {}) {
      await cut()
      if (!keepData && !kind.wipe) throw new Error(`A ${kind.name} that is not ours is not emptied`)
      if (!keepData) await kind.wipe?.(url)
      paused = false
      listener = await listen(port)
    },
    keep: () => notOurs(kind),
    revert: () => notOurs(kind),
    pause() {
      paused = true
      for (const socket of sockets) socket.pause()
    },
    resume() {
      paused = false
      for (const socket of sockets) socket.resume()
    },
  }
}

const notOurs = (kind: Kind): Promise<never> =>
  Promise.reject(new Error(`The data of a ${kind.name} that is not ours are not copied`))
