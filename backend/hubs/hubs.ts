import { groupCommit } from '../base/group-commit.ts'
import type { Author } from '../changes/change.ts'
import type { Database } from '../db/database.ts'
import { isDatabaseAway, orDatabaseAway } from '../db/database-away.ts'
import { type HubDocument, parseHubDocument, type TypeOf } from './document.ts'
import { HubError } from './hub-error.ts'
import { readAllHubs, readHubs } from './hub-rows.ts'
import { comparable, identifier, keepIds } from './keep-ids.ts'
import { checkSlug, isSlug } from './slug.ts'
import type { StoredHub } from './stored-hub.ts'
import { type Write, writeHubs } from './write-hubs.ts'

/** What a writer believes of the hub: whether there is one, or which revision it is at one of. */
export type Expectation = { readonly exists: boolean } | { readonly revisions: readonly number[] }

export interface WriteOptions {
  /** Who writes. */
  readonly by: Author
  readonly expect?: Expectation | undefined
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean | undefined
}

export interface Written {
  readonly hub: StoredHub
  readonly outcome: 'created' | 'replaced' | 'unchanged'
}

/** The door to the tables of hubs. Every verb rejects with `DatabaseAway` while the database cannot be reached. */
export interface HubsRoom {
  /** By slug, some at a time; what is written meanwhile may be among them or not. */
  all(): AsyncIterable<readonly StoredHub[]>
  get(slug: string): Promise<StoredHub | undefined>
  /** Those of these slugs that are there, by slug. */
  named(slugs: readonly string[]): Promise<readonly StoredHub[]>
  /** Creates or replaces a hub by a whole document, as it came from outside. @throws HubError */
  put(slug: string, document: unknown, options: WriteOptions): Promise<Written>
  /** @throws HubError */
  remove(slug: string, options: WriteOptions): Promise<void>
}

/** Writes that one transaction carries out at most, when many wait. */
const GROUP = 64

/** `db` may be a transaction, which the writes are then part of. */
export function hubsRoom({ db, typeOf }: { db: Database; typeOf: TypeOf }): HubsRoom {
  const identity = identifier(typeOf)
  const commit = groupCommit<Write, unknown>((group) => writeHubs(db, group), GROUP)

  /** Together with the writes that wait; alone when they fail, so that one at fault fails alone. */
  async function write(one: Write): Promise<void> {
    const [failure] = await orDatabaseAway(() =>
      commit([one]).catch((error: unknown) => {
        if (isDatabaseAway(error)) throw error
        return writeHubs(db, [one])
      }),
    )
    if (failure) throw failure
  }

  return {
    async *all() {
      const pages = readAllHubs(db)
      for (;;) {
        const { value, done } = await orDatabaseAway(() => pages.next())
        if (done) return
        yield value
      }
    },
    get: (slug) => orDatabaseAway(async () => (await readHubs(db, [slug]))[0]),
    named: (slugs) => orDatabaseAway(() => readHubs(db, slugs)),

    async put(slug, raw, { by, expect, dryRun = false }) {
      checkSlug(slug)
      const document = parseHubDocument(raw, typeOf, slug)
      let written: Written | undefined
      await write({
        slug,
        by,
        ids: document.widgets.flatMap(({ id }) => id ?? []),
        decide(before, revision, ownerOf) {
          checkExpectation(before, expect)
          checkIds(slug, document, ownerOf)
          const widgets = keepIds(document.widgets, before?.widgets ?? [], identity)
          const hub = { slug, ...document, revision, widgets }
          if (before && comparable(before, identity) === comparable(hub, identity)) {
            written = { hub: before, outcome: 'unchanged' }
            return undefined
          }
          written = { hub, outcome: before ? 'replaced' : 'created' }
          return dryRun ? undefined : { after: hub }
        },
      })
      // `write` throws unless it was decided.
      return written as Written
    },

    async remove(slug, { by, expect, dryRun = false }) {
      const missing = () => new HubError('hub-missing', `There is no hub “${slug}”.`)
      // Not asked of the database, which fails on a NUL.
      if (!isSlug(slug)) throw missing()
      await write({
        slug,
        by,
        ids: [],
        decide(before) {
          if (!before) throw missing()
          checkExpectation(before, expect)
          return dryRun ? undefined : { after: undefined }
        },
      })
    },
  }
}

function checkExpectation(hub: StoredHub | undefined, expected: Expectation | undefined): void {
  if (!expected) return
  const met =
    'exists' in expected
      ? expected.exists === (hub !== undefined)
      : hub !== undefined && expected.revisions.includes(hub.revision)
  if (met) return
  const now = hub ? `it is at revision ${hub.revision}` : 'there is none'
  throw new HubError(
    'hub-changed',
    `The hub is not as expected: ${now}. Read it again, then repeat your change.`,
  )
}

/** An id names one widget of the installation, for it stands in the embeds of other pages. */
function checkIds(slug: string, { widgets }: HubDocument, ownerOf: (id: string) => string | undefined): void {
  const taken = widgets.flatMap(({ id }, index) => {
    const owner = id === undefined ? undefined : ownerOf(id)
    return owner === undefined || owner === slug ? [] : [{ id, index, owner }]
  })
  const [first] = taken
  if (!first) return
  throw new HubError(
    'widget-taken',
    `The id “${first.id}” belongs to a widget of the hub “${first.owner}”. Leave the id out to get a new one.`,
    taken.map(({ index }) => ({ field: `/widgets/${index}/id`, message: 'belongs to another hub' })),
  )
}
