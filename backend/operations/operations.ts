import type { DeadLetters } from '../bus/dead-letters.ts'
import { deadLetterOperations } from './dead-letters.ts'
import { eventOperations } from './events.ts'
import { hubOperations } from './hubs.ts'
import { widgetTypeOperations } from './widget-types.ts'
import { widgetOperations } from './widgets.ts'

/** All that can be done with Hubs, in one list: every door is made of it. */
export function operations(
  rooms: Parameters<typeof hubOperations>[0] &
    Omit<Parameters<typeof widgetOperations>[0], 'memory'> &
    Parameters<typeof widgetTypeOperations>[0] &
    Parameters<typeof eventOperations>[0] & { readonly dead: DeadLetters },
) {
  return [
    hubOperations(rooms),
    widgetOperations({ ...rooms, memory: rooms.followed }),
    widgetTypeOperations(rooms),
    eventOperations(rooms),
    deadLetterOperations(rooms.dead),
  ].flat()
}

/** Each of them, for those who call one and are to be told what it takes and answers. */
export type Operations = ReturnType<typeof operations>[number]
