import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server as Listener, type Socket } from 'node:net'

/** Where a relay carries its connections to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** One port of 127.0.0.1 whose connections are carried to a server, so that tests can come between. */
export interface Relay {
  readonly port: number
  /** Connections made from now on lead there; those there are stay as they are. */
  point(to: Address): void
  /** Ends every connection, and refuses new ones until `listen`. */
  cut(): Promise<void>
  listen(): Promise<void>
  /** Connections stay open but carry nothing, until `resume`. */
  pause(): void
  resume(): void
}

export async function openRelay(first: Address): Promise<Relay> {
  const sockets = new Set<Socket>()
  let to = first
  let paused = false

  function carry(from: Socket): void {
    const onward = connect(to.port, to.host)
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

  async function listenOn(port: number): Promise<Listener> {
    const opened = createServer(carry).listen(port, '127.0.0.1')
    await once(opened, 'listening')
    opened.unref()
    return opened
  }

  let listener: Listener | undefined = await listenOn(0)
  const { port } = listener.address() as AddressInfo

  return {
    port,
    point(next) {
      to = next
    },
    async cut() {
      if (!listener) return
      const closing = listener
      listener = undefined
      closing.close()
      for (const socket of sockets) socket.destroy()
      await once(closing, 'close')
    },
    async listen() {
      listener ??= await listenOn(port)
    },
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
