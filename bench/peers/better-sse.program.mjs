import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'
import { listen } from '../listen.ts'
import { answer } from '../verbs.ts'

const channel = createChannel()
// Its pings would be taken for its rest between two broadcasts.
const server = createServer(async (request, response) => {
  channel.register(await createSession(request, response, { keepAlive: null }))
})

answer({
  listen: async () => `http://127.0.0.1:${await listen(server)}/`,
  async broadcast(data) {
    channel.broadcast(JSON.parse(data), 'widget')
  },
})
