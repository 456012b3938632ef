import type { Figure } from '../base/figure.ts'
import type { HubMemory } from './hub-memory.ts'

export function hubFigures({ hubs, widgets }: Pick<HubMemory, 'hubs' | 'widgets'>): Figure[] {
  return [
    { name: 'hubs', help: 'Hubs held in memory.', read: () => hubs.size },
    { name: 'widgets', help: 'Placed widgets held in memory.', read: () => widgets.size },
  ]
}
