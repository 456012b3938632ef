import { createHash } from 'node:crypto'

/** An id as a header and an index row can hold it: itself when short and plain, else its digest. */
export function messageId(id: string): string {
  return /^[\x21-\x7e]{1,200}$/.test(id) ? id : createHash('sha256').update(id).digest('base64url')
}
