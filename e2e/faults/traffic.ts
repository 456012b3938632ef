import { setTimeout as rest } from 'node:timers/promises'
import { type Api, hubOf, numberWidget } from '#testing/api.ts'
import { until } from '#testing/servers/until.ts'
import type { Truth } from '#testing/truth.ts'

/** A truth that changes all the time, a hub after hub that shows it, and what of it the bus has accepted. */
export interface Traffic {
  readonly slugs: readonly string[]
  /** Titles that a hub shows as of its newest edit: numbers, and jobs in its card of builds. */
  shows(slug: string): readonly string[]
  /** The newest value of a title. */
  value(title: string): number
  /** When the oldest change was accepted that `shown` does not have; nothing when it has all. */
  missingSince(title: string, shown: number): number | undefined
  /** The newest revision of a hub, and when it was accepted. */
  edited(slug: string): { readonly revision: number; readonly at: number }
  /** Ids of the builds that were accepted. */
  readonly builds: readonly string[]
  /** Changes accepted so far. */
  readonly changes: number
  /** Times a publisher was told to try again. */
  readonly refused: number
  /** Edits a hub: a widget more, or less, each time. */
  edit(slug: string): Promise<void>
  /** Changes the job that seldom changes, once, and tells of it. */
  changeRare(): Promise<void>
  go(): void
  /** Ends the changing; resolves when the bus has accepted every change. */
  halt(): Promise<void>
}

/** Milliseconds between two changes. */
const EVERY = 15
/** Changes that may wait for the bus at a time. */
const WAITING = 12
const NUMBERS = 6
const JOBS = 2
/** Milliseconds a publisher and an editor wait before they try again. */
const AGAIN = 200
const slugs = ['north', 'south', 'west', 'rare'] as const
/** Changes only when asked to, so that its results stay fresh long enough for audits. */
const RARE = 'ci.rare.0'
/** Cards of builds on the hub that seldom changes. */
const RARE_CARDS = 12

interface Accepted {
  readonly value: number
  readonly at: number
}

export async function openTraffic(api: Api, truth: Truth): Promise<Traffic> {
  const values = new Map<string, number>()
  const accepted = new Map<string, Accepted[]>()
  const edits = new Map<string, { revision: number; at: number }>()
  const wide = new Map<string, boolean>()
  const builds: string[] = []
  const waiting = new Map<string, Promise<void>>()
  const hubs = new Map<string, string[]>()
  /** Payloads of builds are told apart by their time, not by when they arrive. */
  let moment = Date.now()
  let refused = 0
  let going = false
  let loop = Promise.resolve()

  hubs.set('rare', [RARE])
  for (const slug of slugs.slice(0, -1)) {
    const numbers = Array.from({ length: NUMBERS }, (_, n) => `${slug}.${n}`)
    const jobs = Array.from({ length: JOBS }, (_, n) => `ci.${slug}.${n}`)
    hubs.set(slug, [...numbers, ...jobs])
  }
  for (const title of [...hubs.values()].flat()) {
    values.set(title, 0)
    accepted.set(title, [])
    truth.set(title, 0)
  }
  const titles = [...values.keys()].filter((title) => title !== RARE)

  /** The last number comes and goes. */
  function shows(slug: string): readonly string[] {
    return (hubs.get(slug) ?? []).filter((title) => wide.get(slug) || title !== `${slug}.${NUMBERS - 1}`)
  }

  function documentOf(slug: string): unknown {
    const shown = shows(slug).filter((title) => !isJob(title))
    const widgets = shown.map((title) => numberWidget(truth.url(title), title))
    // Of one limit each, so that each has a key of its own.
    const jobs = Array.from({ length: slug === 'rare' ? RARE_CARDS : 1 }, (_, n) => ({
      type: 'builds',
      title: 'Builds',
      config: { repositories: [], topics: [`ci.${slug}.*`], limit: 20 + n },
      position: { x: 4, y: 4 * n, w: 8, h: 4 },
    }))
    return hubOf(`${slug} ${wide.get(slug) ? 'wide' : 'narrow'}`, [...widgets, ...jobs])
  }

  /** As any publisher does: the same event again until it is accepted. */
  async function untilAccepted(send: () => Promise<Response>): Promise<Response> {
    for (;;) {
      const answer = await send().catch(() => undefined)
      if (answer?.ok) return answer
      const { status } = answer ?? { status: 503 }
      if (status < 500 && status !== 429) throw new Error(`refused: ${status} ${await answer?.text()}`)
      await answer?.body?.cancel()
      refused += 1
      await rest(AGAIN)
    }
  }

  async function publish(type: string, data: unknown): Promise<string> {
    const id = crypto.randomUUID()
    const event = { specversion: '1.0', id, source: 'hubs/faults', type, data }
    const headers = { 'content-type': 'application/cloudevents+json' }
    await untilAccepted(() => api.send('POST', '/api/v1/events', event, headers))
    return id
  }

  async function change(title: string): Promise<void> {
    const value = (values.get(title) ?? 0) + 1
    values.set(title, value)
    if (isJob(title)) {
      const build = { job: title, status: 'passed', version: String(value), finishedAt: ++moment }
      builds.push(await publish(title, build))
    } else {
      truth.set(title, value)
      await publish(title, {})
    }
    accepted.get(title)?.push({ value, at: Date.now() })
  }

  async function edit(slug: string): Promise<void> {
    wide.set(slug, !wide.get(slug))
    const answer = await untilAccepted(() => api.send('PUT', `/api/v1/hubs/${slug}`, documentOf(slug)))
    const { revision } = (await answer.json()) as { revision: number }
    edits.set(slug, { revision, at: Date.now() })
  }

  async function run(): Promise<void> {
    for (let n = 0; going; n++) {
      const title = titles[(n * 7) % titles.length] ?? ''
      if (waiting.size < WAITING && !waiting.has(title)) {
        waiting.set(
          title,
          change(title).finally(() => waiting.delete(title)),
        )
      }
      await rest(EVERY)
    }
  }

  for (const slug of slugs) await edit(slug)
  return {
    slugs,
    shows,
    builds,
    value: (title) => values.get(title) ?? 0,
    missingSince: (title, shown) => accepted.get(title)?.find(({ value }) => value > shown)?.at,
    edited: (slug) => edits.get(slug) ?? { revision: 0, at: 0 },
    get changes() {
      return [...accepted.values()].reduce((sum, { length }) => sum + length, 0)
    },
    get refused() {
      return refused
    },
    edit,
    changeRare: () => change(RARE),
    go() {
      going = true
      loop = run()
    },
    async halt() {
      going = false
      await loop
      await Promise.all(waiting.values())
      await until(async () => waiting.size === 0, 'a change was not accepted')
    },
  }
}

/** What a build says, not an address. */
export const isJob = (title: string): boolean => title.startsWith('ci.')
