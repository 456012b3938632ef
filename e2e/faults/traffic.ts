import { setTimeout as rest } from 'node:timers/promises'
import type { AdminApi } from '#testing/api.ts'
import { until } from '#testing/servers/until.ts'
import type { Truth } from '#testing/truth.ts'
import { allTitles, documentOf, isJob, RARE, slugs, titlesShown } from './changing-hubs.ts'
import { openPublisher } from './publisher.ts'

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
interface Accepted {
  readonly value: number
  readonly at: number
}

export async function openTraffic(api: AdminApi, truth: Truth): Promise<Traffic> {
  const publisher = openPublisher(api)
  const values = new Map(allTitles.map((title) => [title, 0]))
  const accepted = new Map(allTitles.map((title): [string, Accepted[]] => [title, []]))
  const edits = new Map<string, { revision: number; at: number }>()
  const wide = new Map<string, boolean>()
  const builds: string[] = []
  const waiting = new Map<string, Promise<void>>()
  /** Payloads of builds are told apart by their time, not by when they arrive. */
  let moment = Date.now()
  let going = false
  let loop = Promise.resolve()

  for (const title of allTitles) truth.set(title, 0)
  const titles = allTitles.filter((title) => title !== RARE)
  const isWide = (slug: string) => wide.get(slug) ?? false

  async function change(title: string): Promise<void> {
    const value = (values.get(title) ?? 0) + 1
    values.set(title, value)
    if (isJob(title)) {
      const build = { job: title, status: 'passed', version: String(value), finishedAt: ++moment }
      builds.push(await publisher.publish(title, build))
    } else {
      truth.set(title, value)
      await publisher.publish(title, {})
    }
    accepted.get(title)?.push({ value, at: Date.now() })
  }

  async function edit(slug: string): Promise<void> {
    wide.set(slug, !isWide(slug))
    const revision = await publisher.put(slug, documentOf(slug, isWide(slug), truth))
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
    shows: (slug) => titlesShown(slug, isWide(slug)),
    builds,
    value: (title) => values.get(title) ?? 0,
    missingSince: (title, shown) => accepted.get(title)?.find(({ value }) => value > shown)?.at,
    edited: (slug) => edits.get(slug) ?? { revision: 0, at: 0 },
    get changes() {
      return [...accepted.values()].reduce((sum, { length }) => sum + length, 0)
    },
    get refused() {
      return publisher.refused
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
