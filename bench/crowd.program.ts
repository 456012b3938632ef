import { connect, type Socket } from 'node:net'
import { monotonic } from './clock.ts'
import { answer } from './verbs.ts'

/** What reached the streams since they were armed. */
export interface CrowdCounts {
  /** When the last of them had its frame. */
  readonly last: number
  /** When each had. */
  readonly at: Float64Array
  /** Widget frames, and those of them that carried their data. */
  readonly frames: number
  readonly inline: number
}

/** Streams that were all cut and came back. */
export interface Storm {
  /** Milliseconds from the cut until each stream's first bytes were here again. */
  readonly back: Float64Array
  /** Widget frames they were sent. */
  readonly frames: number
  /** Connections that were reset before their first byte, and opened again. */
  readonly resets: number
}

/** Connections being opened at a time. */
const AT_ONCE = 64
/** Milliseconds without a byte after which the first frames of all streams have come, and after which they have anyhow. */
const QUIET = 400
const QUIET_AT_LAST = 4_000
/** Resets of one connection after which it is given up. */
const RESETS = 5
/** The end of the line that names the event, which some write with a blank and some without. */
const FRAME = Buffer.from('widget\n')
const DATA = Buffer.from('"data":')
const ID = Buffer.from('\nid: ')

interface Stream {
  socket: Socket
  /** Of the last frame it was sent. */
  cursor: string | undefined
}

const streams: Stream[] = []
/** One for all: it is read before the next chunk comes. */
const shared = Buffer.alloc(64 * 1024)
let reached = new Float64Array(0)
let missing = 0
let frames = 0
let inline = 0
let quietSince = 0
let everybody: (received: CrowdCounts) => void = () => {}
let whole = new Promise<CrowdCounts>(() => {})
let where: { host: string; port: number; paths: readonly string[] } = { host: '', port: 0, paths: [] }

/** Opens stream `n`, or opens it again where it left off; resolves with its first bytes. */
function openOne(n: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const { host, port, paths } = where
    const path = paths[n % paths.length]
    let begun = false
    const socket = connect({
      host,
      port,
      onread: {
        buffer: shared,
        callback(length) {
          const chunk = shared.subarray(0, length)
          quietSince = monotonic()
          if (!begun) {
            begun = true
            const status = chunk.toString('latin1', 0, 12)
            if (status === 'HTTP/1.1 200') resolve()
            else reject(new Error(`A stream was answered ${status}`))
          }
          take(chunk, n)
          return true
        },
      },
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('A stream ended')))
    const cursor = streams[n]?.cursor
    const resume = cursor === undefined ? '' : `Last-Event-ID: ${cursor}\r\n`
    streams[n] = { socket, cursor }
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nAccept: text/event-stream\r\n${resume}\r\n`,
    )
  })
}

/** Again, and at once, when the connection is reset before its first byte; says how often that was. */
async function openUntilBegun(n: number): Promise<number> {
  for (let resets = 0; ; resets++) {
    try {
      await openOne(n)
      return resets
    } catch (error) {
      const reset = error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
      if (!reset || resets === RESETS) throw error
    }
  }
}

/** On loopback a frame this small comes whole. */
function take(chunk: Buffer, n: number): void {
  const id = chunk.lastIndexOf(ID)
  const stream = streams[n]
  if (id !== -1 && stream)
    stream.cursor = chunk.toString('latin1', id + ID.length, chunk.indexOf('\n', id + ID.length))
  let at = chunk.indexOf(FRAME)
  if (at === -1) return
  const now = monotonic()
  for (; at !== -1; at = chunk.indexOf(FRAME, at + FRAME.length)) {
    frames += 1
    const end = chunk.indexOf('\n\n', at)
    const data = chunk.indexOf(DATA, at)
    if (data !== -1 && data < end) inline += 1
  }
  if (reached[n] !== 0) return
  reached[n] = now
  missing -= 1
  if (missing === 0) everybody({ last: now, at: reached, frames, inline })
}

/** Until no stream is sent anything any more; some servers ping each of them by its own clock, on and on. */
async function quiet(): Promise<void> {
  const began = monotonic()
  while (monotonic() - quietSince < QUIET && monotonic() - began < QUIET_AT_LAST)
    await new Promise((resolve) => setTimeout(resolve, 50))
}

function arm(): void {
  frames = 0
  inline = 0
  reached = new Float64Array(streams.length)
  missing = streams.length
  whole = new Promise((resolve) => {
    everybody = resolve
  })
}

const verbs = {
  /** Opens `count` streams of the URLs in turn, which are of one server; resolves when all have begun. */
  async open({ urls, count }: { urls: readonly string[]; count: number }): Promise<void> {
    const { hostname, port } = new URL(urls[0] ?? '')
    const paths = urls.map((url) => new URL(url)).map(({ pathname, search }) => `${pathname}${search}`)
    where = { host: hostname, port: Number(port), paths }
    let next = 0
    const openOnAndOn = async () => {
      while (next < count) {
        next += 1
        await openOne(next - 1)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, openOnAndOn))
    await quiet()
  },

  arm: async () => arm(),

  /** Resolves when every stream has had a widget frame since. */
  received: (): Promise<CrowdCounts> => whole,

  /** Cuts all streams at once, and at once opens each again where it left off. */
  async storm(): Promise<Storm> {
    arm()
    const back = new Float64Array(streams.length)
    for (const { socket } of streams) {
      socket.removeAllListeners('close')
      // As when what lies between is gone; leaves no port waiting, of which one address has 28,000.
      socket.resetAndDestroy()
    }
    const cut = monotonic()
    let resets = 0
    const opened = streams.map(async (_, n) => {
      const again = await openUntilBegun(n)
      back[n] = monotonic() - cut
      resets += again
    })
    await Promise.all(opened)
    await quiet()
    return { back, frames, resets }
  },
}
export type CrowdVerbs = typeof verbs

answer(verbs)
