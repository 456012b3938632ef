import type { KeyedData, WidgetSnapshot } from '#contract/snapshot.ts'
import { backoff } from '../core/backoff.ts'
import type { KnownResult } from '../core/known-result.ts'
import { compareVersions } from '../core/version.ts'
import type { Environment } from './environment.ts'

/** A key whose newest state the stream did not bring. */
export interface Want {
  readonly key: string
  /** A widget that is said to show it. */
  readonly id: string
  /** Without one, whatever a read that begins from now on brings. */
  readonly version?: string
  readonly href?: string
}

export interface Reads {
  want(wants: readonly Want[]): void
  /** Everything asked for is here. */
  idle(): boolean
  /** `Environment.now()` of the oldest failure that no success has followed yet. */
  failingSince(): number | undefined
}

/** From how many widgets of one hub on its snapshot is read instead. */
const MANY = 5

/** Reads what is wanted until it is here or nobody follows the key any more. */
export function openReads(options: {
  readonly environment: Environment
  readonly signal: AbortSignal
  held(key: string): KnownResult | undefined
  followed(key: string): boolean
  /** A widget that shows it by the newest layouts, and that widget's hub when all of the hub is followed. */
  place(key: string): { readonly id: string; readonly hub: string | undefined } | undefined
  take(states: readonly WidgetSnapshot[]): void
  takeData(data: KeyedData): void
  /** Called when `idle` or `failingSince` may have changed. */
  changed(): void
}): Reads {
  const { environment, signal, held, followed, place, take, takeData, changed } = options
  const wants = new Map<string, Want>()
  const failing = new Map<symbol, number>()

  /** A later want for the same key takes the place of this one. */
  function stands(want: Want): boolean {
    if (wants.get(want.key) !== want) return false
    if (followed(want.key)) return true
    wants.delete(want.key)
    return false
  }

  function met({ key, version }: Want): boolean {
    const result = held(key)
    if (!result?.shown || result.awaited) return false
    return version === undefined || compareVersions(result.shown.version, version) >= 0
  }

  /** Each resolves to the keys that were answered. */
  async function readOne({ key, id, href }: Want): Promise<readonly string[]> {
    const data = href === undefined ? undefined : await environment.read.data(href)
    if (data) takeData(data)
    if (data && !held(key)?.awaited) return [key]
    const state = await environment.read.widget(place(key)?.id ?? id)
    if (state) take([state])
    return state ? [state.key] : []
  }

  async function readHub(slug: string): Promise<readonly string[]> {
    const states = Object.values((await environment.read.snapshot(slug))?.widgets ?? {})
    take(states)
    return states.map(({ key }) => key)
  }

  function round(batch: readonly Want[]): Promise<PromiseSettledResult<readonly string[]>[]> {
    const hubs = batch.map(({ key, href }) => (href === undefined ? place(key)?.hub : undefined))
    const crowded = new Set(hubs.filter((hub) => hubs.filter((other) => other === hub).length >= MANY))
    return Promise.allSettled([
      ...batch.filter((_, n) => hubs[n] === undefined || !crowded.has(hubs[n])).map(readOne),
      ...[...crowded].map((hub) => (hub === undefined ? [] : readHub(hub))),
    ])
  }

  async function run(all: readonly Want[]): Promise<void> {
    const task = Symbol()
    let failures = 0
    for (let batch = all.filter(stands); batch.length > 0 && !signal.aborted; ) {
      const answers = await round(batch)
      const answered = new Set(
        answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
      )
      for (const want of batch)
        if (stands(want) && answered.has(want.key) && met(want)) wants.delete(want.key)
      batch = batch.filter(stands)
      if (batch.length === 0) break
      if (!failing.has(task)) failing.set(task, environment.now())
      changed()
      failures += 1
      await environment.rest(backoff(failures, environment.random), signal)
      batch = batch.filter(stands)
    }
    failing.delete(task)
    changed()
  }

  return {
    want(more) {
      for (const want of more) wants.set(want.key, want)
      if (more.length > 0) void run(more)
    },
    idle: () => wants.size === 0,
    failingSince: () => (failing.size > 0 ? Math.min(...failing.values()) : undefined),
  }
}
