import type { StreamEvents } from '#contract/stream-events.ts'
import { formatVersion, type Version } from '../cache/version.ts'
import { chunkOf } from './chunk.ts'

/** One SSE event as one chunk. `id` is the cursor it moves the client to. */
export function frame<Name extends keyof StreamEvents>(
  name: Name,
  data: StreamEvents[Name],
  id?: Version,
): Buffer {
  return chunkOf(`event: ${name}\ndata: ${JSON.stringify(data)}\n${id ? `id: ${formatVersion(id)}\n` : ''}\n`)
}
