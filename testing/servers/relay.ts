import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server as Listener, type Socket } from 'node:net'

/** Where a relay carries its connections to. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** One port of 127.0.0.1 whose connections are carried to a server, so that tests can come between as a network does. */
export interface Relay {
  readonly port: number
  /** Connections made from now on lead there; those there are stay as they are. */
  point(to: Address): void
  /** Ends every connection, and refuses new ones until `listen`. */
  cut(): Promise<void>
  listen(): Promise<void>
  /** Connections stay open but carry nothing, new ones too, until `resume`. */
  pause(): void
  resume(): void
  /**
   * Pauses at the next piece of this text that a client sends: before it is carried, or once the server has it, so that no
   * answer comes back. Resolves then.
   */
  pauseAt(text: string, when: 'before' | 'after'): Promise<void>
  /** What is connected now is half open from now on: it carries nothing, ever. New connections are carried. */
  strand(): void
}

interface Mark {
  readonly text: Buffer
  readonly when: 'before' | 'after'
  reached(): void
}

export async function openRelay(first: Address): Promise<Relay> {
  const sockets = new Set<Socket>()
  const stranded = new WeakSet<Socket>()
  let to = first
  let paused = false
  let mark: Mark | undefined

  function pass(bytes: Buffer, from: Socket, other: Socket): void {
    if (other.write(bytes)) return
    from.pause()
    other.once('drain', () => {
      if (!paused && !stranded.has(from)) from.resume()
    })
  }

  function carry(from: Socket): void {
    const onward = connect(to.port, to.host)
    /** The end of what went before, for a text may come in two parts. */
    let before = Buffer.alloc(0)
    for (const [socket, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('end', () => other.end())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    onward.on('data', (bytes: Buffer) => pass(bytes, onward, from))
    from.on('data', (bytes: Buffer) => {
      if (!mark) return pass(bytes, from, onward)
      const { text, when, reached } = mark
      const seen = Buffer.concat([before, bytes])
      before = seen.subarray(Math.max(0, seen.length - text.length + 1))
      if (!seen.includes(text)) return pass(bytes, from, onward)
      mark = undefined
      pause()
      if (when === 'after') onward.write(bytes)
      else from.unshift(bytes)
      reached()
    })
    if (paused) for (const socket of [from, onward]) socket.pause()
  }

  function pause(): void {
    paused = true
    for (const socket of sockets) socket.pause()
  }

  async function listenOn(port: number): Promise<Listener> {
    const opened = createServer({ allowHalfOpen: true }, carry).listen(port, '127.0.0.1')
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
    pause,
    resume() {
      paused = false
      mark = undefined
      for (const socket of sockets) if (!stranded.has(socket)) socket.resume()
    },
    pauseAt: (text, when) =>
      new Promise((reached) => {
        mark = { text: Buffer.from(text), when, reached }
      }),
    strand() {
      for (const socket of sockets) stranded.add(socket.pause())
    },
  }
}
