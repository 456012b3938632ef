import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HubView, HubWidget } from '#contract/hub.ts'
import type { LiveStatus } from '../core/live-state.ts'
import type { HubLayout, Shows } from '../core/shows.ts'
import { keysIn, nameOf } from '../core/shows.ts'
import type { LiveWidget } from '../react/live-widget.ts'
import { goneAt, layoutAt, resultAt, statusAt } from '../react/query-cache.ts'
import type { Environment } from '../transport/environment.ts'
import { stream } from '../transport/stream.ts'
import { type BrowserStep, ids, slugs, step } from './browser-step.ts'
import { simulatedHolders } from './simulated-holders.ts'
import { simulatedServer } from './simulated-server.ts'
import { openTab, type SimulatedTab } from './simulated-tab.ts'
import { simulatedTime } from './simulated-time.ts'

type Server = ReturnType<typeof simulatedServer>

/** A server, and the tabs of one browser that look at it. */
function open(scheduler: fc.Scheduler, seed: number) {
  const server = simulatedServer((what, run) => void scheduler.schedule(Promise.resolve(), what).then(run))
  const time = simulatedTime(scheduler, seed)
  const { random, rest } = time
  const environment: Environment = {
    ...time,
    open({ hubs, widgets, cursor, signal }) {
      const asked = new URLSearchParams([
        ...hubs.map((hub) => ['hub', hub]),
        ...widgets.map((id) => ['widget', id]),
      ])
      const url = `http://server/api/v1/stream?${asked}`
      return stream({ url, cursor, signal, fetch: server.streamFetch, random, rest })
    },
    read: server.read,
  }
  const holders = simulatedHolders(environment, scheduler)
  const tabs: SimulatedTab[] = []
  // Kept for the end: what is thrown where it is noticed belongs to no test.
  const wentBack: string[] = []

  /** As the server renders it now; with a delay its scripts start later. */
  async function openLater(shows: Shows, delay: boolean): Promise<void> {
    const view = server.hubs.get(shows.hub)
    const snapshot = server.snapshotOf(shows.hub)
    if (!view || !snapshot) return
    if (shows.widget !== undefined && !view.widgets.some(({ id }) => id === shows.widget)) return
    if (delay) await time.run(6)
    const { connect } = holders
    tabs.push(openTab({ shows, view, snapshot, connect, time, wentBack: (what) => wentBack.push(what) }))
  }

  /** Nothing happens any more and everything works: what is under way arrives, and clocks go on. */
  async function calm(): Promise<void> {
    server.refuse(false)
    holders.endRivals()
    for (const { page, hidden } of tabs) {
      page.resume()
      // Who shows itself attaches anew: one that was there all the time has to be current without that.
      if (hidden) page.show()
      page.network(true)
    }
    // In steps within which a holder answers, for a page that gives it up attaches anew as well.
    for (let waited = 0; waited < 160_000; waited += 4_000) {
      await time.run(100_000)
      await time.wait(4_000)
    }
    await time.run(100_000)
  }

  return { server, time, holders, tabs, wentBack, open: openLater, calm }
}

type Run = ReturnType<typeof open>

async function take(run: Run, next: BrowserStep): Promise<void> {
  const { server, time, holders, tabs } = run
  switch (next.do) {
    case 'change':
    case 'edit':
    case 'rekey':
    case 'add':
    case 'remove':
    case 'restart':
    case 'cut':
    case 'refuse':
      return takeOnServer(server, next)
    case 'open':
      return run.open(next.shows, next.delay)
    case 'lose the holder':
      return holders.lose()
    case 'silence the holder':
      return holders.silence()
    case 'lead as well':
      return holders.leadAsWell()
    case 'lead alone':
      return holders.leadAlone()
    case 'wait':
      return time.wait(next.ms)
    case 'run':
      return time.run(next.tasks)
    default:
      return takeOnTab(tabs, next)
  }
}

type ServerStep = 'change' | 'edit' | 'rekey' | 'add' | 'remove' | 'restart' | 'cut' | 'refuse'

function takeOnServer(server: Server, next: Extract<BrowserStep, { do: ServerStep }>): void {
  function edit(slug: string, widgetsOf: (widgets: readonly HubWidget[]) => readonly HubWidget[]): void {
    const view = server.hubs.get(slug)
    if (view) server.edit(slug, widgetsOf(view.widgets))
  }
  switch (next.do) {
    case 'change':
      server.change(next.key, next.changed)
      break
    case 'edit':
      edit(next.slug, (widgets) =>
        widgets.map((widget) => (widget.id === next.slug + next.id ? { ...widget, key: next.key } : widget)),
      )
      break
    case 'rekey':
      server.rekey(next.slug, next.slug + next.id, next.key)
      break
    case 'add':
      edit(next.slug, (widgets) => [
        ...widgets,
        placed(`${next.slug}+${server.hubs.get(next.slug)?.revision}`, `${next.slug}k2`),
      ])
      break
    case 'remove':
      edit(next.slug, (widgets) => (widgets.length > 1 ? widgets.slice(0, -1) : widgets))
      break
    case 'restart':
      server.restart()
      break
    case 'cut':
      server.cut(next.n)
      break
    case 'refuse':
      server.refuse(next.on)
      break
  }
}

type TabStep = 'network' | 'close' | 'die' | 'hide' | 'show' | 'put aside' | 'take back'

function takeOnTab(tabs: SimulatedTab[], next: Extract<BrowserStep, { do: TabStep }>): void {
  const tab = tabs[next.n % Math.max(tabs.length, 1)]
  if (!tab) return
  switch (next.do) {
    case 'network':
      tab.page.network(next.online)
      break
    case 'close':
      tab.detach()
      tab.page.suspend()
      tabs.splice(tabs.indexOf(tab), 1)
      break
    case 'die':
      tab.die()
      tabs.splice(tabs.indexOf(tab), 1)
      break
    case 'hide':
      tab.page.hide()
      tab.hidden = true
      break
    case 'show':
      tab.page.show()
      tab.hidden = false
      break
    case 'put aside':
      tab.page.suspend()
      break
    case 'take back':
      tab.page.resume()
      break
  }
}

/** It shows what the server has, and says that it is live; or that what it showed is gone. */
function expectCurrent({ shows, client }: SimulatedTab, server: Server): void {
  const view = server.hubs.get(shows.hub) as HubView
  if (shows.widget !== undefined && !view.widgets.some(({ id }) => id === shows.widget)) {
    expect(client.getQueryData(goneAt(nameOf(shows)))).toBe(true)
    return
  }
  const layout = client.getQueryData<HubLayout>(layoutAt(nameOf(shows)))
  const keys = [...keysIn(layout ?? view, shows.widget)]
  expect(keys).toEqual([...keysIn(view, shows.widget)])
  const shown = keys.map((key) => client.getQueryData<LiveWidget>(resultAt(key))?.state)
  expect(shown.map((state) => [state?.version, state?.data])).toEqual(
    keys.map((key) => [server.version(key), server.dataAt(key)]),
  )
  expect(client.getQueryData<LiveStatus>(statusAt(nameOf(shows)))?.live).toEqual({ kind: 'live' })
}

function placed(id: string, key: string): HubWidget {
  return {
    id,
    type: 'notes',
    title: id,
    config: null,
    position: { x: 0, y: 0, w: 1, h: 1 },
    key,
    schema: 'notes@1',
  }
}

test('whatever happens in whatever order, no tab goes back, and in the end none is stale', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 80, size: 'max' }),
      fc.nat(),
      async (scheduler, steps, seed) => {
        const run = open(scheduler, seed)
        const { server, holders, tabs } = run
        for (const hub of slugs)
          server.create(
            hub,
            ids.map((id, n) => placed(hub + id, `${hub}k${n}`)),
          )
        for (const next of steps) await take(run, next)
        await run.calm()
        for (const tab of tabs) expectCurrent(tab, server)
        expect(run.wentBack).toEqual([])
        expect(server.streams()).toBeLessThanOrEqual(1)
        holders.close()
      },
    ),
    { numRuns: Number(process.env.LIVE_RUNS ?? 100) },
  )
}, 600_000)
