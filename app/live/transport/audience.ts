import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { LiveState } from '../core/live-state.ts'
import type { ToPage } from '../core/messages.ts'
import type { Subscription } from '../core/subscription.ts'

export type Reply = (message: ToPage) => void

/** One page that is attached. */
export interface Listener {
  readonly page: string
  readonly follow: Subscription
  readonly post: Reply
  /** Moment after which it is forgotten. */
  until: number
}

/** The attached pages, and what each is told. */
export interface Audience {
  add(listener: Listener): void
  get(page: string): Listener | undefined
  remove(page: string): void
  forgetSilent(now: number): void
  of(follow: Subscription): readonly Listener[]
  /** States of its keys, or of those `wanted`. */
  tellStates(listener: Listener, wanted?: (key: string, version: string) => boolean): void
  /** A key changed: everybody who shows it. */
  tellKey(key: string): void
  /** How far to trust what is shown: everybody for whom it changed. */
  tellLines(): void
  tellLine(listener: Listener): void
}

export function openAudience(facts: {
  shown(key: string): WidgetSnapshot | undefined
  /** Nothing remains to be read for it. */
  settled(follow: Subscription): boolean
  live(follow: Subscription): LiveState
  now(): number | undefined
  build(): string | undefined
}): Audience {
  const listeners = new Map<string, Listener>()
  const lastLine = new WeakMap<Listener, string>()

  const audience: Audience = {
    add(listener) {
      listeners.set(listener.page, listener)
    },
    get: (page) => listeners.get(page),
    remove(page) {
      listeners.delete(page)
    },
    forgetSilent(now) {
      for (const { page, until } of listeners.values()) if (until < now) listeners.delete(page)
    },
    of: (follow) => [...listeners.values()].filter((listener) => listener.follow === follow),
    tellStates({ follow, page, post }, wanted = () => true) {
      const states = [...follow.keys].flatMap((key) => {
        const shown = facts.shown(key)
        return shown && wanted(key, shown.version) ? [shown] : []
      })
      if (states.length === 0) return
      const upTo = { revision: follow.layout.revision, cursor: follow.cursor }
      // While something is still to be read, a page that resumes elsewhere must begin before it.
      post({ kind: 'states', page, states, ...(facts.settled(follow) && { upTo }) })
    },
    tellKey(key) {
      for (const listener of listeners.values())
        if (listener.follow.keys.has(key)) audience.tellStates(listener, (other) => other === key)
    },
    tellLines() {
      for (const listener of listeners.values())
        if (line(listener) !== lastLine.get(listener)) audience.tellLine(listener)
    },
    tellLine(listener) {
      const { page, follow, post } = listener
      lastLine.set(listener, line(listener))
      post({ kind: 'line', page, live: facts.live(follow), now: facts.now(), build: facts.build() })
    },
  }

  function line({ follow }: Listener): string {
    return JSON.stringify([facts.live(follow), facts.build()])
  }

  return audience
}
