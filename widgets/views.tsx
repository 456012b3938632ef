'use client'
import dynamic from 'next/dynamic'
import type { ComponentType } from 'react'
import type { ViewProps } from './define.ts'
import type { Registry } from './registry.ts'

const imports = new Map<string, () => Promise<{ default: ComponentType<never> }>>()

/** Notes how a view is imported and hands that on; the `import` itself stands in the call, where Next looks for it. */
function noted<M extends { default: ComponentType<never> }>(type: string, load: () => Promise<M>) {
  imports.set(type, load)
  return load
}

/** The browser half of every widget type, one lazy chunk each. A type missing here does not compile. */
export const views: { readonly [T in keyof Registry]: ComponentType<ViewProps<Registry[T]['definition']>> } =
  {
    activity: dynamic(noted('activity', () => import('./activity/view.tsx'))),
    builds: dynamic(noted('builds', () => import('./builds/view.tsx'))),
    clock: dynamic(noted('clock', () => import('./clock/view.tsx'))),
    commits: dynamic(noted('commits', () => import('./commits/view.tsx'))),
    feed: dynamic(noted('feed', () => import('./feed/view.tsx'))),
    json: dynamic(noted('json', () => import('./json/view.tsx'))),
    links: dynamic(noted('links', () => import('./links/view.tsx'))),
    notes: dynamic(noted('notes', () => import('./notes/view.tsx'))),
    pulls: dynamic(noted('pulls', () => import('./pulls/view.tsx'))),
  }

/** On the server only: the same views without laziness, so that each can be tried before the page is rendered. */
export const eagerViews: ReadonlyMap<string, ComponentType<never>> | undefined =
  typeof window === 'undefined'
    ? new Map(
        await Promise.all([...imports].map(async ([type, load]) => [type, (await load()).default] as const)),
      )
    : undefined
