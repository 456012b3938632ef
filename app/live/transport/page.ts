import type { InitialView, ToHolder, ToPage } from '../core/messages.ts'
import { serverClock } from '../core/server-clock.ts'
import { nameOf } from '../core/shows.ts'
import type { Channel, Connect } from './channel.ts'
import type { Environment } from './environment.ts'
import { attachmentOf, type Mounted, mount, takeInto } from './mounted.ts'
import type { PageCache } from './page-cache.ts'

/** A document's end of the live updates: what it mounts is kept current in its cache. */
export interface Page {
  /** Follows it until the returned function is called. */
  attach(view: InitialView): () => void
  /** Milliseconds since 1970 by the server's clock. */
  clock(): number
  /** The reader looks at the document, or no longer does. */
  show(): void
  hide(): void
  network(online: boolean): void
  /** The document is put aside (or ends), and comes back. */
  suspend(): void
  resume(): void
}

/** Milliseconds between two signs of life of a visible page, and for which the holder may be silent after one. */
const SEEN_EVERY = 20_000
const ANSWER_WITHIN = 5_000

export function openPage(options: {
  readonly cache: PageCache
  readonly connect: Connect
  readonly environment: Pick<Environment, 'now' | 'random' | 'rest'>
  readonly hidden: boolean
}): Page {
  const { cache, connect, environment } = options
  const clock = serverClock(environment)
  const mounted = new Set<Mounted>()
  let { hidden } = options
  let channel: Channel | undefined
  let present = false
  let heard = 0
  let life = new AbortController()

  function send(message: ToHolder): void {
    if (present) channel?.send(message)
  }

  function sendAttach(one: Mounted): void {
    if (one.gone || !present) return
    sendDetach(one)
    const page = environment.random().toString(36).slice(2)
    one.page = page
    send({ kind: 'attach', page, attachment: attachmentOf(cache, one, now(), hidden) })
  }

  function sendDetach(one: Mounted): void {
    if (one.page !== undefined) send({ kind: 'detach', page: one.page })
    one.page = undefined
  }

  function sendSign(kind: 'seen' | 'hidden'): void {
    for (const { page } of mounted) if (page !== undefined) send({ kind, page })
  }

  function receive(message: ToPage): void {
    heard = environment.now()
    if (message.kind === 'who') {
      present = true
      mounted.forEach(sendAttach)
      return
    }
    if (message.kind === 'status' && message.now !== undefined) clock.heard(message.now, true)
    takeInto(cache, mounted, message, now())
  }

  /** Until the holder says how it stands. */
  function forgetStatus(view: InitialView): void {
    cache.writeStatus(nameOf(view), null)
  }

  function now(): number {
    return clock.read() ?? Date.now()
  }

  function open(): void {
    if (channel || mounted.size === 0) return
    life = new AbortController()
    channel = connect(receive)
    void showLife(life.signal)
  }

  function close(): void {
    life.abort()
    for (const one of mounted) {
      sendDetach(one)
      forgetStatus(one.view)
    }
    present = false
    channel?.close()
    channel = undefined
  }

  /** A holder that does not answer is dead with everything it held, and another is found. */
  async function showLife(signal: AbortSignal): Promise<void> {
    for (;;) {
      await environment.rest(SEEN_EVERY, signal)
      if (signal.aborted) return
      if (hidden || [...mounted].every(({ gone }) => gone)) continue
      const asked = environment.now()
      sendSign('seen')
      await environment.rest(ANSWER_WITHIN, signal)
      if (signal.aborted) return
      if (hidden || (present && heard >= asked)) continue
      close()
      open()
      return
    }
  }

  return {
    attach(view) {
      clock.heard(view.now)
      const one = mount(cache, view)
      mounted.add(one)
      if (present) sendAttach(one)
      else open()
      return () => {
        sendDetach(one)
        mounted.delete(one)
        forgetStatus(view)
      }
    },
    clock: now,
    show() {
      hidden = false
      mounted.forEach(sendAttach)
    },
    hide() {
      hidden = true
      sendSign('hidden')
    },
    network(online) {
      send({ kind: 'network', online })
    },
    suspend: close,
    resume: open,
  }
}
