import { connect, type Socket } from 'node:net'
import { monotonic } from './clock.ts'
import { answer } from './verbs.ts'

/** What reached the streams since they were armed. */
export interface Received {
  /** When the first and the last of them had its frame. */
  readonly first: number
  readonly last: number
  /** Widget frames, and those of them that carried their data. */
  readonly frames: number
  readonly inline: number
}

/** Connections being opened at a time. */
const AT_ONCE = 64
/** Milliseconds without a byte after which the first frames of all streams have come. */
const QUIET = 400
const FRAME = Buffer.from('event: widget\n')
const DATA = Buffer.from(',"data":')

const sockets: Socket[] = []
/** One for all: it is read before the next chunk comes. */
const shared = Buffer.alloc(64 * 1024)
const reached = new Set<number>()
let frames = 0
let inline = 0
let first = 0
let quietSince = 0
let numbers = 0
let everybody: (received: Received) => void = () => {}
let whole = new Promise<Received>(() => {})

function openOne(host: string, port: number, from: string, request: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let begun = false
    const mine = numbers++
    const socket = connect({
      host,
      port,
      localAddress: from,
      onread: {
        buffer: shared,
        callback(length) {
          const chunk = shared.subarray(0, length)
          quietSince = monotonic()
          if (!begun) {
            begun = true
            const status = chunk.toString('latin1', 0, 12)
            if (status === 'HTTP/1.1 200') resolve(socket)
            else reject(new Error(`A stream was answered ${status}`))
          }
          take(chunk, mine)
          return true
        },
      },
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('A stream ended')))
    socket.write(request)
  })
}

/** On loopback a frame this small comes whole. */
function take(chunk: Buffer, stream: number): void {
  let at = chunk.indexOf(FRAME)
  if (at === -1) return
  const now = monotonic()
  for (; at !== -1; at = chunk.indexOf(FRAME, at + FRAME.length)) {
    frames += 1
    const end = chunk.indexOf('\n\n', at)
    const data = chunk.indexOf(DATA, at)
    if (data !== -1 && data < end) inline += 1
  }
  first ||= now
  reached.add(stream)
  if (reached.size === sockets.length) everybody({ first, last: now, frames, inline })
}

const verbs = {
  /** Opens `count` streams of a URL, from one of the machine's loopback addresses; resolves when all have begun. */
  async open({ url, count, from }: { url: string; count: number; from: string }): Promise<void> {
    const { hostname, port, pathname, search } = new URL(url)
    const request = `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n\r\n`
    let next = 0
    const openOnAndOn = async () => {
      while (next < count) {
        next += 1
        sockets.push(await openOne(hostname, Number(port), from, request))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, openOnAndOn))
    while (monotonic() - quietSince < QUIET) await new Promise((resolve) => setTimeout(resolve, 50))
  },

  async arm(): Promise<void> {
    frames = 0
    inline = 0
    reached.clear()
    first = 0
    whole = new Promise((resolve) => {
      everybody = resolve
    })
  },

  /** Resolves when every stream has had a widget frame since. */
  received: (): Promise<Received> => whole,

  async close(): Promise<void> {
    for (const socket of sockets.splice(0)) socket.destroy()
  },
}
export type CrowdVerbs = typeof verbs

answer(verbs)
