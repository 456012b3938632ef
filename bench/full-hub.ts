import type { HubView } from '#contract/hub.ts'
import { ADMIN_API_TOKEN, api } from '#testing/api.ts'
import { type InspectedProduct, startInspected } from './inspected.ts'

const WIDGETS = 30

/** The built product on real stores, with a hub `/full` of 30 widgets that have all been loaded. */
export async function openFullHub(): Promise<InspectedProduct> {
  const product = await startInspected({
    mode: 'real',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_LOG_LEVEL: 'warn' },
  })
  const { hub, put, snapshot } = api(product.url)
  const demo = await Promise.all(['designteam', 'welcome'].map(hub))
  // The demo hubs' own widgets, with their data, again and again.
  const shown = demo.flatMap(({ widgets }) => widgets)
  const widgets = Array.from({ length: WIDGETS }, (_, n) => again(shown[n % shown.length] as Shown, n))
  await put('full', { title: 'Thirty widgets', visibility: 'public', widgets })
  for (;;) {
    const states = Object.values((await snapshot('full')).widgets)
    if (states.every(({ status }) => status === 'fresh' || status === 'empty')) return product
  }
}

type Shown = HubView['widgets'][number]

/** Another widget with a key of its own, when it may be anything, and the same data. */
function again({ type, title, config }: Shown, n: number) {
  const position = { x: (n % 3) * 4, y: Math.floor(n / 3) * 4, w: 4, h: 4 }
  const own = type === 'notes' ? { text: `${(config as { text: string }).text}\n\n${n}` } : {}
  return { type, title: `${title} ${n}`, config: { ...(config as object), ...own }, position }
}
