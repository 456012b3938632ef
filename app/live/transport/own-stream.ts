import type { Transport } from './channel.ts'
import { browserEnvironment } from './environment.ts'
import { openHolder } from './holder.ts'

/** A holder for this document alone: always works, and costs a connection. */
export const byOwnStream: Transport = (receive) => {
  const holder = openHolder(browserEnvironment)
  queueMicrotask(() => receive({ kind: 'who' }))
  return { send: (message) => holder.receive(message, receive), close: holder.close }
}
