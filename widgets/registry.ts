import { load as loadActivity } from './activity/loader.ts'
import { activity } from './activity/widget.ts'
import { load as loadBuilds } from './builds/loader.ts'
import { builds } from './builds/widget.ts'
import { load as loadClock } from './clock/loader.ts'
import { clock } from './clock/widget.ts'
import { load as loadCommits } from './commits/loader.ts'
import { commits } from './commits/widget.ts'
import { implement, type WidgetType } from './define.ts'
import { load as loadFeed } from './feed/loader.ts'
import { feed } from './feed/widget.ts'
import { load as loadJson } from './json/loader.ts'
import { json } from './json/widget.ts'
import { load as loadLinks } from './links/loader.ts'
import { links } from './links/widget.ts'
import { load as loadNotes } from './notes/loader.ts'
import { notes } from './notes/widget.ts'
import { load as loadPulls } from './pulls/loader.ts'
import { pulls } from './pulls/widget.ts'

/** The server half of every widget type. */
export const registry = {
  activity: implement(activity, loadActivity),
  builds: implement(builds, loadBuilds),
  clock: implement(clock, loadClock),
  commits: implement(commits, loadCommits),
  feed: implement(feed, loadFeed),
  json: implement(json, loadJson),
  links: implement(links, loadLinks),
  notes: implement(notes, loadNotes),
  pulls: implement(pulls, loadPulls),
} as const
export type Registry = typeof registry

/** The type of that name; names come from outside, so there may be none. */
export function widgetType(name: string): WidgetType | undefined {
  return Object.hasOwn(registry, name) ? registry[name as keyof Registry] : undefined
}
