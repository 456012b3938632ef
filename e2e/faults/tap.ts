import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Stands between one process and one store, and can do to their connections what a network does. */
export interface Tap {
  readonly port: number
  /** Breaks every connection, and new ones at once. */
  cut(): void
  /** Carries nothing more while connections stay open, new ones too. */
  silence(): void
  /** Carries nothing more of what is connected now, ever: half-open connections. New ones are carried. */
  strand(): void
  /**
   * Silences itself at the next piece of this text that the process sends: before it is carried, or once the store has
   * it, so that no answer comes back. Resolves then.
   */
  silenceAt(text: string, when: 'before' | 'after'): Promise<void>
  /** Undoes all of these; what was held is carried now. */
  restore(): void
  /** Breaks every connection; new ones go to another port. */
  lead(port: number): void
  close(): Promise<void>
}

interface Trap {
  readonly text: Buffer
  readonly when: 'before' | 'after'
  sprung(): void
}

export async function openTap(target: number): Promise<Tap> {
  const sockets = new Set<Socket>()
  const stranded = new WeakSet<Socket>()
  let to = target
  let state: 'carrying' | 'silent' | 'cut' = 'carrying'
  let trap: Trap | undefined

  function silence(): void {
    state = 'silent'
    for (const socket of sockets) socket.pause()
  }

  function carry(from: Socket): void {
    if (state === 'cut') return void from.destroy()
    const onward = connect(to, '127.0.0.1')
    // A piece may have come in two parts.
    let before = Buffer.alloc(0)

    function pass(bytes: Buffer, other: Socket, source: Socket): void {
      if (other.write(bytes)) return
      source.pause()
      other.once('drain', () => state === 'carrying' && !stranded.has(source) && source.resume())
    }

    for (const [socket, other] of [
      [from, onward],
      [onward, from],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      if (state === 'silent') socket.pause()
    }
    onward.on('data', (bytes: Buffer) => pass(bytes, from, onward))
    from.on('data', (bytes: Buffer) => {
      const seen = Buffer.concat([before, bytes])
      const set = trap
      if (!set?.text.length || !seen.includes(set.text)) {
        before = set ? seen.subarray(-set.text.length + 1) : Buffer.alloc(0)
        return pass(bytes, onward, from)
      }
      trap = undefined
      silence()
      if (set.when === 'after') onward.write(bytes)
      else from.unshift(bytes)
      set.sprung()
    })
  }

  const listener = createServer(carry).listen(0, '127.0.0.1')
  await once(listener, 'listening')

  function breakAll(): void {
    for (const socket of sockets) socket.destroy()
  }

  return {
    port: (listener.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      breakAll()
    },
    silence,
    strand() {
      for (const socket of sockets) stranded.add(socket.pause())
    },
    silenceAt: (text, when) =>
      new Promise((sprung) => {
        trap = { text: Buffer.from(text), when, sprung }
      }),
    restore() {
      trap = undefined
      state = 'carrying'
      for (const socket of sockets) if (!stranded.has(socket)) socket.resume()
    },
    lead(port) {
      to = port
      breakAll()
    },
    async close() {
      breakAll()
      listener.close()
      await once(listener, 'close')
    },
  }
}
