import { createServer } from 'node:http'
import { createChannel, createSession } from 'better-sse'
import { listen } from '../listen.ts'
import { answer } from '../verbs.ts'

const channel = createChannel()
const server = createServer(async (request, response) => {
  channel.register(await createSession(request, response))
})

answer({
  listen: async () => `http://127.0.0.1:${await listen(server)}/`,
  async broadcast(data) {
    channel.broadcast(JSON.parse(data), 'widget')
  },
})
