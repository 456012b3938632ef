import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'

/** Encodings one body may have put over another. */
const LAYERS = 5

/** The body was longer than allowed. */
export class TooLong extends Error {}

export interface BodyCollector {
  add(chunk: Buffer): void
  end(): void
}

/**
 * Collects a body as it comes and decompresses it on the way; calls one of the two once. What is counted are bytes as
 * they come and as they come out, so that neither a long body nor a bomb is held beyond `maxBytes`.
 */
export function bodyCollector(
  contentEncoding: string,
  maxBytes: number,
  { whole, failed }: { whole(body: Buffer): void; failed(error: Error): void },
): BodyCollector {
  const chunks: Buffer[] = []
  const encodings = contentEncoding.toLowerCase().split(',').reverse().flatMap(named)
  let came = 0
  let size = 0
  let layers: Transform[] | undefined

  function fail(error: Error): void {
    for (const layer of layers ?? []) layer.destroy()
    failed(error)
  }

  function keep(chunk: Buffer): void {
    size += chunk.byteLength
    if (size > maxBytes) fail(new TooLong())
    else chunks.push(chunk)
  }

  const done = () => whole(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))

  /** Made with the first bytes, which tell one kind of deflate from the other. */
  function open(first: Buffer): Transform[] {
    const made = encodings.slice(0, LAYERS).map((encoding) => decoder(encoding, first))
    for (const [n, layer] of made.entries()) {
      layer.on('error', fail)
      const next = made[n + 1]
      if (next) layer.pipe(next)
      else layer.on('data', keep).on('end', done)
    }
    return made
  }

  return {
    add(chunk) {
      came += chunk.byteLength
      if (came > maxBytes) return fail(new TooLong())
      if (encodings.length === 0) return keep(chunk)
      layers ??= open(chunk)
      layers[0]?.write(chunk)
    },
    end() {
      if (layers) layers[0]?.end()
      else done()
    },
  }
}

type Encoding = 'gzip' | 'deflate' | 'br'

function named(encoding: string): Encoding[] {
  const name = encoding.trim().replace(/^x-/, '')
  return name === 'gzip' || name === 'deflate' || name === 'br' ? [name] : []
}

/** One that breaks off in the middle fails, unlike in browsers: half an answer would be shown as if it were whole. */
function decoder(encoding: Encoding, first: Buffer): Transform {
  if (encoding === 'gzip') return createGunzip()
  if (encoding === 'br') return createBrotliDecompress()
  // Some servers send it without the header of zlib (https://fetch.spec.whatwg.org/ leaves it to us).
  return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()
}
