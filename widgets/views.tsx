'use client'
import dynamic from 'next/dynamic'
import type { ComponentType } from 'react'
import type { ViewProps } from './define.ts'
import type { Registry } from './registry.ts'

/** The browser half of every widget type, one lazy chunk each. A type missing here does not compile. */
export const views: { readonly [T in keyof Registry]: ComponentType<ViewProps<Registry[T]['definition']>> } =
  {
    activity: dynamic(() => import('./activity/view.tsx')),
    builds: dynamic(() => import('./builds/view.tsx')),
    clock: dynamic(() => import('./clock/view.tsx')),
    commits: dynamic(() => import('./commits/view.tsx')),
    feed: dynamic(() => import('./feed/view.tsx')),
    json: dynamic(() => import('./json/view.tsx')),
    links: dynamic(() => import('./links/view.tsx')),
    notes: dynamic(() => import('./notes/view.tsx')),
    pulls: dynamic(() => import('./pulls/view.tsx')),
  }
