import type { Author } from '../changes/change.ts'
import type { Database } from '../db/database.ts'
import { hubsRoom, type WriteOptions } from './hubs.ts'
import { typeOf } from './types.fixtures.ts'

export const tester: Author = { actor: 'tester', address: '192.0.2.1' }

/** The hubs of a database, written by the tester. */
export function testedHubs(db: Database) {
  const hubs = hubsRoom({ db, typeOf })
  return {
    ...hubs,
    put: (slug: string, document: unknown, options?: Partial<WriteOptions>) =>
      hubs.put(slug, document, { by: tester, ...options }),
    remove: (slug: string, options?: Partial<WriteOptions>) => hubs.remove(slug, { by: tester, ...options }),
  }
}
