import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a frame ends with: its line and column. */
const PLACE = /:(\d{1,9}):(\d{1,9})\)?$/
/** Where the file of a frame begins. */
const FILE = /(?<=\bat |\basync | \()(?:file:\/\/)?\//

/** By built file, for as long as memory allows: one is megabytes, and errors come together. */
const maps = new Map<string, WeakRef<SourceMap>>()

/**
 * Frames of a stack with the places of the sources that built files were made of. Node's own way,
 * `--enable-source-maps`, reads the map of every module of every package when it is loaded and keeps it, 50 MB before
 * the first error.
 */
export function stackInSources(frames: string): string {
  return frames.split('\n').map(inSourceIfKnown).join('\n')
}

/** An error is told, whatever is wrong with its frames or with a map. */
function inSourceIfKnown(frame: string): string {
  try {
    return inSource(frame)
  } catch {
    return frame
  }
}

function inSource(frame: string): string {
  const place = PLACE.exec(frame)
  const begin = frame.search(FILE)
  if (!place || begin < 0 || frame.includes('/node_modules/')) return frame
  const text = frame.slice(begin, place.index)
  const file = text.startsWith('file:') ? fileURLToPath(text) : text
  const origin = mapOf(file)?.findOrigin(Number(place[1]), Number(place[2]))
  if (!origin || !('fileName' in origin)) return frame
  const { fileName, lineNumber, columnNumber } = origin
  const source = fileName.includes('://') ? fileName : resolve(dirname(file), fileName)
  return `${frame.slice(0, begin)}${source}:${lineNumber}:${columnNumber}${place[0].endsWith(')') ? ')' : ''}`
}

function mapOf(file: string): SourceMap | undefined {
  const known = maps.get(file)?.deref()
  if (known || !existsSync(`${file}.map`)) return known
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')))
  maps.set(file, new WeakRef(map))
  return map
}
