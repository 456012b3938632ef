import { vi } from 'vitest'
import type { HubView, HubWidget } from '#contract/hub.ts'
import type { Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import type { StreamEvents } from '#contract/stream-events.ts'
import type { Attachment, ToPage } from '../core/messages.ts'
import type { LinkEvent, StreamEvent } from '../core/stream-event.ts'
import type { Environment } from './environment.ts'
import { openHolder } from './holder.ts'
import { rest } from './rest.ts'
import { StreamRefused } from './stream.ts'

/** One stream that the holder opened, spoken to by the test. */
interface Opened {
  readonly hubs: readonly string[]
  readonly widgets: readonly string[]
  readonly cursor: string
  readonly signal: AbortSignal
  say(heard: LinkEvent): void
  refuse(status: number): void
}

const schema = 'notes@1'

export const state = (key: string, version: string, data = `${key} ${version}`): WidgetSnapshot => ({
  key,
  version,
  schema,
  type: 'notes',
  status: 'fresh',
  loadedAt: 1,
  checkedAt: 1,
  data,
})

export const placed = (id: string, key: string): HubWidget => ({
  id,
  type: 'notes',
  title: id,
  config: null,
  position: { x: 0, y: 0, w: 1, h: 1 },
  key,
  schema,
})

export function hub(slug: string, revision: number, ...widgets: HubWidget[]): HubView {
  return { slug, title: slug, summary: '', visibility: 'public', embedOrigins: [], revision, widgets }
}

export function hello(hubs: Record<string, number>, more: Partial<StreamEvents['hello']> = {}): StreamEvent {
  const said = { cursor: '1:10', heartbeat: 20, now: 100_000, through: 99_000, build: 'b', hubs, ...more }
  return { name: 'hello', data: said }
}

export const widget = (
  id: string,
  from: Partial<WidgetSnapshot> & { href?: string },
  cursor?: string,
): StreamEvent => {
  const { type: _, data: __, ...base } = state('', '')
  return { name: 'widget', data: { id, ...base, ...from }, ...(cursor !== undefined && { id: cursor }) }
}

export const soon = (ms = 20) => vi.advanceTimersByTimeAsync(ms)

/** A holder whose streams the test speaks on, and whose reads are answered with what the test serves. */
export function openRig() {
  const opened: Opened[] = []
  const reads: string[] = []
  const served = { hubs: {} as Record<string, HubView>, states: {} as Record<string, WidgetSnapshot> }
  const environment: Environment = {
    open(request) {
      const { say, refuse, events } = spokenStream(request.signal)
      opened.push({ ...request, say, refuse })
      return events
    },
    read: readsOf(() => rig.served, reads),
    now: () => performance.now(),
    random: () => 0.5,
    rest,
  }
  const holder = openHolder(environment)

  /** A page that remembers what it was told. */
  function attach(view: HubView, more: Partial<Attachment> & { page?: string } = {}) {
    const { page = view.slug, ...given } = more
    const told: ToPage[] = []
    const states = view.widgets.map(({ key = '' }) => state(key, '1:5'))
    const attachment = {
      ...{ hub: view.slug, layout: view, cursor: '1:10', states, now: 0, hidden: false },
      ...given,
    }
    holder.receive({ kind: 'attach', page, attachment }, (message) => told.push(message))
    return {
      told,
      say: (kind: 'seen' | 'hidden' | 'detach') =>
        holder.receive({ kind, page }, (message) => told.push(message)),
      of: <Kind extends ToPage['kind']>(kind: Kind) =>
        told.filter((message): message is Extract<ToPage, { kind: Kind }> => message.kind === kind),
      live: () => told.findLast((message) => message.kind === 'status')?.live,
    }
  }

  const rig = { opened, reads, served, holder, attach, last: () => opened.at(-1) as Opened }
  return rig
}

/** Yields what is said until the signal ends it. */
function spokenStream(signal: AbortSignal) {
  const queue: (LinkEvent | StreamRefused)[] = []
  let wake = () => {}
  const push = (item: LinkEvent | StreamRefused) => {
    queue.push(item)
    wake()
  }
  async function* events(): AsyncGenerator<LinkEvent> {
    while (!signal.aborted) {
      const next = queue.shift()
      if (next instanceof StreamRefused) throw next
      if (next) yield next
      else
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve())
        })
    }
  }
  return { say: push, refuse: (status: number) => push(new StreamRefused(status)), events: events() }
}

/** Each is noted, and answered a little later. */
function readsOf(
  served: () => { readonly hubs: Record<string, HubView>; readonly states: Record<string, WidgetSnapshot> },
  reads: string[],
): Environment['read'] {
  const soonAfter = () => new Promise((resolve) => setTimeout(resolve, 5))
  return {
    async hub(slug) {
      reads.push(`hub ${slug}`)
      await soonAfter()
      return served().hubs[slug]
    },
    async snapshot(slug): Promise<Snapshot> {
      reads.push(`snapshot ${slug}`)
      return { cursor: '1:1', now: 1, through: 1, revision: 1, widgets: served().states }
    },
    async widget(id) {
      reads.push(`widget ${id}`)
      const answer = served().states[id]
      await soonAfter()
      return answer
    },
    async data(href) {
      reads.push(href)
      if (!href.includes('?widget=')) return undefined
      const [key = '', epoch, offset] = href.split('?')[0]?.split('/').slice(-3) ?? []
      return { key, version: `${epoch}:${offset}`, data: 'large' }
    },
  }
}
