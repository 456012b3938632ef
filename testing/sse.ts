import { request } from 'node:http'
import { createParser } from 'eventsource-parser'
import { wallClock } from './times.ts'

export interface SseEvent {
  readonly name: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
  readonly data: any
  readonly id: string | undefined
  /** When it was read here, by `wallClock`. */
  readonly at: number
}

export interface SseClient {
  readonly events: readonly SseEvent[]
  /** The cursor a browser would resume from. */
  readonly lastId: string | undefined
  readonly closed: boolean
  /** The first event, already here or to come, that passes. Rejects when the stream ends without one. */
  until(passes: (event: SseEvent) => boolean): Promise<SseEvent>
  /** Stops reading, so that the server sees a slow client. */
  pause(): void
  resume(): void
  close(): void
}

/** A plain SSE client on its own connection. Rejects with the status when it is not 200. */
export function openSse(url: string, options: { lastEventId?: string } = {}): Promise<SseClient> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: 'text/event-stream',
      ...(options.lastEventId ? { 'last-event-id': options.lastEventId } : {}),
    }
    const sent = request(url, { agent: false, headers }, (response) => {
      if (response.statusCode !== 200) {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text
        })
        response.on('end', () => reject(new Error(`${response.statusCode} ${body}`)))
        return
      }
      const events: SseEvent[] = []
      const waits = new Set<{
        passes: (event: SseEvent) => boolean
        resolve: (event: SseEvent) => void
        reject: (error: Error) => void
      }>()
      let lastId: string | undefined
      let closed = false
      const parser = createParser({
        onEvent({ event, data, id }) {
          if (id !== undefined) lastId = id
          const told = { name: event ?? 'message', data: JSON.parse(data), id, at: wallClock() }
          events.push(told)
          for (const wait of waits) {
            if (!wait.passes(told)) continue
            waits.delete(wait)
            wait.resolve(told)
          }
        },
      })
      const end = () => {
        closed = true
        for (const wait of waits)
          wait.reject(new Error(`The stream ended; it had sent ${JSON.stringify(events).slice(0, 2000)}`))
        waits.clear()
      }
      response.setEncoding('utf8')
      response.on('data', (text: string) => parser.feed(text))
      response.on('close', end)
      response.on('error', () => {})
      resolve({
        events,
        get lastId() {
          return lastId
        },
        get closed() {
          return closed
        },
        until(passes) {
          const found = events.find(passes)
          if (found) return Promise.resolve(found)
          if (closed) return Promise.reject(new Error('The stream has ended.'))
          return new Promise((done, fail) => waits.add({ passes, resolve: done, reject: fail }))
        },
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        close: () => sent.destroy(),
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}
