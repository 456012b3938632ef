import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answer } from './verbs.ts'

/** What anybody would write first: every stream is sent the frame by `response.write`. The floor to compare with. */
const streams = new Set<ServerResponse>()
const server = createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.write('event: hello\ndata: {}\n\n')
  streams.add(response)
  response.once('close', () => streams.delete(response))
})

const verbs = {
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 8_192, resolve))
    return (server.address() as AddressInfo).port
  },
  async broadcast(frame: string): Promise<void> {
    const bytes = Buffer.from(frame)
    for (const response of streams) response.write(bytes)
  },
}
export type PlainBroadcastVerbs = typeof verbs

answer(verbs)
