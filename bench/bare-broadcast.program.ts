import { createServer, type Socket } from 'node:net'
import { frameOf } from './broadcast-frame.ts'
import { listen } from './listen.ts'
import { answer } from './verbs.ts'

/** Nothing but the write of a frame, made once, to each socket: the least that Node can do. */
const sockets = new Set<Socket>()
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'
const server = createServer({ noDelay: true }, (socket) => {
  socket.once('data', () => {
    socket.write(`${HEAD}event: hello\ndata: {}\n\n`)
    sockets.add(socket)
  })
  socket.once('close', () => sockets.delete(socket))
  socket.on('error', () => {})
})

answer({
  listen: async () => `http://127.0.0.1:${await listen(server)}/`,
  async broadcast(data: string): Promise<void> {
    const bytes = Buffer.from(frameOf(data))
    for (const socket of sockets) socket.write(bytes)
  },
})
