import type { QueryClient } from '@tanstack/react-query'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { keysIn, nameOf } from '../core/follow.ts'
import type { Attachment, Layout, Shows, ToHolder, ToPage } from '../core/messages.ts'
import { serverClock } from '../core/server-clock.ts'
import {
  goneAt,
  type LineSaid,
  layoutAt,
  lineAt,
  resultAt,
  seed,
  writeLayout,
  writeState,
} from '../react/query-cache.ts'
import type { LiveWidget } from '../react/use-live.ts'
import type { World } from './world.ts'

/** A way to the holder of the stream, which says `who` once it is there. */
export interface Channel {
  send(message: ToHolder): void
  close(): void
}
export type Connect = (receive: (message: ToPage) => void) => Channel

/** What the server rendered. */
export interface Start extends Shows {
  readonly layout: Layout
  readonly cursor: string
  readonly now: number
  readonly states: readonly WidgetSnapshot[]
}

/** A document's end of the live updates: what it mounts is kept current in the query cache. */
export interface Page {
  /** Follows it until the returned function is called. */
  attach(start: Start): () => void
  clock(): number
  /** The reader looks at the document, or no longer does. */
  show(): void
  hide(): void
  network(online: boolean): void
  /** The document is put aside (or ends), and comes back. */
  suspend(): void
  resume(): void
}

interface Attached {
  readonly id: string
  readonly shows: Shows
  readonly name: string
  readonly layout: Layout
  cursor: string
  gone: boolean
}

/** Milliseconds between two signs of life of a visible page, and for which the holder may be silent after one. */
const SEEN_EVERY = 20_000
const ANSWER_WITHIN = 5_000

export function openPage(options: {
  readonly client: QueryClient
  readonly connect: Connect
  readonly world: Pick<World, 'now' | 'random' | 'rest'>
  readonly hidden: boolean
}): Page {
  const { client, connect, world } = options
  const clock = serverClock(world)
  const attached = new Map<string, Attached>()
  let { hidden } = options
  let channel: Channel | undefined
  let present = false
  let heard = 0
  let life = new AbortController()

  function send(message: ToHolder): void {
    if (present) channel?.send(message)
  }

  function receive(message: ToPage): void {
    heard = world.now()
    if (message.kind === 'who') {
      present = true
      attached.forEach(sendAttach)
      return
    }
    const to = attached.get(message.page)
    if (!to) return
    switch (message.kind) {
      case 'states':
        for (const state of message.states) writeState(client, state, now())
        if (message.upTo && message.upTo.revision >= layoutOf(to).revision) to.cursor = message.upTo.cursor
        break
      case 'layout':
        forgetUnshown(to, message.layout)
        writeLayout(client, to.name, message.layout, 'holder')
        break
      case 'gone':
        to.gone = true
        client.setQueryData(goneAt(to.name), true)
        break
      case 'line':
        if (message.now !== undefined) clock.heard(message.now, true)
        client.setQueryData<LineSaid>(lineAt(to.name), { live: message.live, build: message.build })
        break
    }
  }

  function sendAttach(page: Attached): void {
    const { id, shows, cursor, gone } = page
    if (gone) return
    const layout = layoutOf(page)
    const states = [...keysIn(layout, shows.widget)].flatMap(
      (key) => client.getQueryData<LiveWidget>(resultAt(key))?.state ?? [],
    )
    const attachment: Attachment = { ...shows, layout, cursor, states, now: now(), hidden }
    send({ kind: 'attach', page: id, attachment })
  }

  /** What no page showed was followed by nobody, so what is left of it may have changed unheard. */
  function forgetUnshown(page: Attached, layout: Layout): void {
    const shown = new Set(
      [...attached.values()].flatMap((other) => [...keysIn(layoutOf(other), other.shows.widget)]),
    )
    for (const key of keysIn(layout, page.shows.widget))
      if (!shown.has(key)) client.removeQueries({ queryKey: resultAt(key), exact: true })
  }

  /** Until the holder says how it stands. */
  function forgetLine(name: string): void {
    client.setQueryData<LineSaid | null>(lineAt(name), null)
  }

  function layoutOf({ name, layout }: Attached): Layout {
    return client.getQueryData<Layout>(layoutAt(name)) ?? layout
  }

  function now(): number {
    return clock.read() ?? Date.now()
  }

  function open(): void {
    if (channel || attached.size === 0) return
    life = new AbortController()
    channel = connect(receive)
    void showLife(life.signal)
  }

  function close(): void {
    life.abort()
    for (const { id, name } of attached.values()) {
      send({ kind: 'detach', page: id })
      forgetLine(name)
    }
    present = false
    channel?.close()
    channel = undefined
  }

  /** A holder that does not answer is dead with everything it held, and another is found. */
  async function showLife(signal: AbortSignal): Promise<void> {
    for (;;) {
      await world.rest(SEEN_EVERY, signal)
      if (signal.aborted) return
      if (hidden || attached.size === 0) continue
      const asked = world.now()
      for (const page of attached.keys()) send({ kind: 'seen', page })
      await world.rest(ANSWER_WITHIN, signal)
      if (signal.aborted) return
      if (hidden || (present && heard >= asked)) continue
      close()
      open()
      return
    }
  }

  return {
    attach(start) {
      const { hub, widget, layout, cursor } = start
      const id = world.random().toString(36).slice(2)
      const name = nameOf(start)
      const shows = widget === undefined ? { hub } : { hub, widget }
      const mine: Attached = { id, shows, name, layout, cursor, gone: false }
      client.setQueryData(goneAt(name), false)
      clock.heard(start.now)
      seed(client, start)
      attached.set(id, mine)
      if (present) sendAttach(mine)
      else open()
      return () => {
        send({ kind: 'detach', page: id })
        attached.delete(id)
        forgetLine(name)
      }
    },
    clock: now,
    show() {
      hidden = false
      attached.forEach(sendAttach)
    },
    hide() {
      hidden = true
      for (const page of attached.keys()) send({ kind: 'hidden', page })
    },
    network(online) {
      send({ kind: 'network', online })
    },
    suspend: close,
    resume: open,
  }
}
