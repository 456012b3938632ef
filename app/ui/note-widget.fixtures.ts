import type { HubWidget } from '#contract/hub.ts'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { samples } from '#widgets/notes/fixtures.ts'

export const noteWidget: HubWidget = {
  id: 'w1',
  type: 'notes',
  title: 'About us',
  config: { text: 'hello' },
  position: { x: 0, y: 0, w: 4, h: 4 },
  key: 'k1',
  schema: 'notes@1',
}

/** The state of `noteWidget`, fresh. Times are milliseconds since 1970. */
export const freshNote = (loadedAt: number, checkedAt = loadedAt): WidgetSnapshot => ({
  type: 'notes',
  key: 'k1',
  version: '1:1',
  schema: 'notes@1',
  status: 'fresh',
  loadedAt,
  checkedAt,
  data: samples[0]?.data ?? null,
})
