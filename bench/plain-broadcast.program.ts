import { createServer, type ServerResponse } from 'node:http'
import { frameOf } from './broadcast-frame.ts'
import { listen } from './listen.ts'
import { answer } from './verbs.ts'

/** What anybody would write first: every stream is sent the frame by `response.write`. */
const streams = new Set<ServerResponse>()
const server = createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.write('event: hello\ndata: {}\n\n')
  streams.add(response)
  response.once('close', () => streams.delete(response))
})

answer({
  listen: async () => `http://127.0.0.1:${await listen(server)}/`,
  async broadcast(data: string): Promise<void> {
    const bytes = Buffer.from(frameOf(data))
    for (const response of streams) response.write(bytes)
  },
})
