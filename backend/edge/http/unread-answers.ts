import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '../../access/client.ts'
import { openQuota } from '../../base/quota.ts'

/** Bytes of answers that are kept for those who have not read them yet. */
const UNREAD = { all: 256 * 1024 * 1024, client: 64 * 1024 * 1024 }
/** Bytes of an answer that are not counted. */
const SMALL = 16 * 1024

/** Counts what of an answer just sent is still to be read, and ends its connection when that is more than is kept. */
export type BoundUnread = (request: IncomingMessage, response: ServerResponse) => void

export function unreadAnswers(clientOf: (request: IncomingMessage) => Client): BoundUnread {
  const unread = openQuota(UNREAD)
  return (request, response) => {
    const bytes = response.socket?.writableLength ?? 0
    if (bytes < SMALL) return
    const kept = unread.take(clientOf(request).counted, bytes)
    if (typeof kept === 'string') response.destroy()
    else response.once('close', kept.release)
  }
}
