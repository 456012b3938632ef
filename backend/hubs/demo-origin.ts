import { demoHubs } from '#drizzle/seed.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { start } from '../changes/change.ts'
import type { HubsRoom } from './hubs.ts'

/** Has the demo hubs speak of another address, in those of their widgets that are still as they were made. */
export async function moveDemoHubs(hubs: HubsRoom, from: string, to: string): Promise<void> {
  const after = new Map(demoHubs(to).map((hub) => [hub.slug, configsOf(hub)]))
  for (const demo of demoHubs(from)) {
    const hub = await hubs.get(demo.slug)
    if (!hub) continue
    const made = configsOf(demo)
    const widgets = hub.widgets.map(({ title, config, ...widget }) => {
      const was = made.get(widget.id)
      const same = was !== undefined && canonicalJson(config) === canonicalJson(was)
      const now = same ? after.get(demo.slug)?.get(widget.id) : undefined
      return { ...widget, ...(title === null ? {} : { title }), config: now ?? config }
    })
    const { title, summary, visibility, embedOrigins } = hub
    await hubs.put(demo.slug, { title, summary, visibility, embedOrigins, widgets }, { by: start })
  }
}

function configsOf({ widgets }: ReturnType<typeof demoHubs>[number]) {
  return new Map(widgets.map(({ id, config }) => [id, config]))
}
