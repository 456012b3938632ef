import { createHmac } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { events, facts } from '#drizzle/schema.ts'
import { demoEvents } from '#drizzle/seed/events.ts'
import { demoHubs } from '#drizzle/seed.ts'
import { start } from '../changes/change.ts'
import type { Database, OpenDatabase } from '../db/database.ts'
import { moveDemoHubs } from './demo-origin.ts'
import type { TypeOf } from './document.ts'
import { type FirstApiToken, firstApiToken, oweFirstApiToken, waiveFirstApiToken } from './first-token.ts'
import { hubsRoom } from './hubs.ts'

/** The database was set up with another `HUBS_SECRET`. Told by `code`. */
class SecretMismatch extends Error {
  readonly code = 'secret-mismatch'
  constructor() {
    super(
      'HUBS_SECRET is not the one this database was set up with. Set it to the same value in every process that uses the database.',
    )
    this.name = 'SecretMismatch'
  }
}

/**
 * Makes the database ready for this process: its tables, the proof that all processes share one secret, and on the very
 * first start the demo hubs and an admin token, which is returned for printing and told never again.
 * @throws SecretMismatch
 */
export async function prepareDatabase(options: {
  database: OpenDatabase
  /** `HUBS_SECRET`. */
  secret: string
  /** The address of this installation, for the demo hubs' text. */
  origin: string
  typeOf: TypeOf
  /** `HUBS_ADMIN_TOKEN`: who sets one needs none made. */
  adminToken?: string | undefined
  /** Whether this process answers those who bring a token; others leave the first one to it. */
  takesTokens: boolean
}): Promise<{ readonly firstApiToken?: FirstApiToken | undefined }> {
  const { database, secret, origin, typeOf, adminToken, takesTokens } = options
  await database.migrate()
  await database.withLock('hubs first start', () =>
    database.db.transaction(async (tx) => {
      const known = await fact(tx, 'secret')
      const fingerprint = fingerprintOf(secret)
      if (known === undefined) await tx.insert(facts).values({ name: 'secret', value: fingerprint })
      else if (known !== fingerprint) throw new SecretMismatch()
      if ((await fact(tx, 'seeded')) !== undefined) return followOrigin(tx, origin, typeOf)
      await tx.insert(facts).values({ name: 'seeded', value: new Date().toISOString() })
      await oweFirstApiToken(tx)
      await seed(tx, origin, typeOf)
    }),
  )
  if (!takesTokens) return {}
  if (adminToken === undefined) return { firstApiToken: await firstApiToken(database) }
  await waiveFirstApiToken(database.db)
  return {}
}

async function fact(tx: Database, name: string): Promise<string | undefined> {
  const [row] = await tx.select({ value: facts.value }).from(facts).where(eq(facts.name, name))
  return row?.value
}

/** The address that the text of the demo hubs holds. */
const DEMO_ORIGIN = 'demo origin'

/** The demo hubs were made before the installation had the address it has now. */
async function followOrigin(tx: Database, origin: string, typeOf: TypeOf): Promise<void> {
  const told = await fact(tx, DEMO_ORIGIN)
  if (told === undefined || told === origin) return
  await moveDemoHubs(hubsRoom({ db: tx, typeOf }), told, origin)
  await tx.update(facts).set({ value: origin }).where(eq(facts.name, DEMO_ORIGIN))
}

async function seed(tx: Database, origin: string, typeOf: TypeOf): Promise<void> {
  const hubs = hubsRoom({ db: tx, typeOf })
  for (const { slug, ...document } of demoHubs(origin)) await hubs.put(slug, document, { by: start })
  await tx.insert(facts).values({ name: DEMO_ORIGIN, value: origin })
  await tx.insert(events).values(demoEvents(new Date())).onConflictDoNothing()
}

const fingerprintOf = (secret: string): string =>
  createHmac('sha256', secret).update('fingerprint').digest('base64url').slice(0, 22)
