import { createServer } from 'node:http'
import { join } from 'node:path'
import next from 'next'
import { frameOf } from '../broadcast-frame.ts'
import { listen } from '../listen.ts'
import { answer } from '../verbs.ts'

// From bench/peers/dist, where this runs.
const app = next({ dev: false, dir: join(import.meta.dirname, '../next'), quiet: true })
await app.prepare()
const server = createServer(app.getRequestHandler())
let url = ''

answer({
  async listen() {
    url = `http://127.0.0.1:${await listen(server)}/stream`
    return url
  },
  async broadcast(data) {
    const sent = await fetch(url, { method: 'POST', body: frameOf(data) })
    if (!sent.ok) throw new Error(`The broadcast was answered ${sent.status}.`)
  },
})
