import type { Way } from './channel.ts'
import { openHolder } from './holder.ts'
import { browserWorld } from './world.ts'

/** A holder for this document alone: always works, and costs a connection. */
export const byOwnStream: Way = (receive) => {
  const holder = openHolder(browserWorld)
  queueMicrotask(() => receive({ kind: 'who' }))
  return { send: (message) => holder.receive(message, receive), close: holder.close }
}
