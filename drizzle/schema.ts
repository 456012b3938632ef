import { sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core'

/**
 * Any JSON value; SQL's null is JSON's. `json`, not `jsonb`: an escaped NUL is legal JSON, which jsonb refuses. Not
 * drizzle's `json`: both drivers parse what they read, and it parses strings once more, so that `"5"` comes back as 5.
 */
const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value,
})

/** Number of a transaction, as text: it may be beyond 2^53. */
const transaction = customType<{ data: string }>({ dataType: () => 'xid8' })

const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const hubs = pgTable('hubs', {
  slug: text('slug').primaryKey(),
  title: text('title').notNull(),
  summary: text('summary').notNull().default(''),
  visibility: text('visibility').notNull().default('public'),
  embedOrigins: text('embed_origins').array().notNull().default(sql`'{}'::text[]`),
  /** Number of the change that wrote it, so that a hub made anew never repeats one. */
  revision: bigint('revision', { mode: 'number' }).notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
})

export const widgets = pgTable(
  'widgets',
  {
    id: text('id').primaryKey(),
    hub: text('hub')
      .notNull()
      .references(() => hubs.slug, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    title: text('title'),
    config: json('config').notNull(),
    x: integer('x').notNull(),
    y: integer('y').notNull(),
    w: integer('w').notNull(),
    h: integer('h').notNull(),
    /** Place in the document, which decides the reading order of equals. */
    place: integer('place').notNull(),
  },
  (table) => [index('widgets_hub').on(table.hub)],
)

/**
 * What people changed, a row for each change: what processes follow, the history of its subject and the audit log at once.
 * `number` comes from `counters`, so that it commits in order and without holes. Nothing here is a secret.
 */
export const changes = pgTable(
  'changes',
  {
    number: bigint('number', { mode: 'number' }).primaryKey(),
    at: instant('at').notNull().defaultNow(),
    actor: text('actor').notNull(),
    /** The client's. */
    address: text('address'),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    kind: text('kind').notNull(),
    /** The subject as the change left it. As it was before is what the change before of the same subject left. */
    after: json('after'),
    /** What a process of an older version knows a change by: a trigger keeps it, until none can run beside this one. */
    hub: text('hub'),
  },
  (table) => [index('changes_subject').on(table.subjectKind, table.subjectId, table.number)],
)

export const counters = pgTable('counters', {
  name: text('name').primaryKey(),
  value: bigint('value', { mode: 'number' }).notNull(),
})

/** The event log. */
export const events = pgTable(
  'events',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    source: text('source').notNull(),
    id: text('id').notNull(),
    type: text('type').notNull(),
    topic: text('topic').notNull(),
    subject: text('subject'),
    time: instant('time').notNull(),
    receivedAt: instant('received_at').notNull(),
    data: json('data'),
    /** Of `data` as JSON; none of rows older than the column. */
    bytes: integer('bytes'),
    /** Id of the API token it was published with. */
    token: text('token'),
  },
  (table) => [
    uniqueIndex('events_source_id').on(table.source, table.id),
    index('events_topic').on(table.topic.op('text_pattern_ops'), table.sequence),
    index('events_received_at').on(table.receivedAt),
  ],
)

/**
 * Every topic of the event log: patterns are matched against these few instead of against all events. A trigger on
 * `events` writes them, so that a process of an older version does too.
 */
export const topics = pgTable(
  'topics',
  {
    topic: text('topic').primaryKey(),
    /** No event of the topic has a sequence above it. Raised in steps, so that most events leave the row as it is. */
    reach: bigint('reach', { mode: 'number' }).notNull(),
    /** What wrote the row: a process reads again what was written since it last looked. */
    written: transaction('written').notNull(),
  },
  (table) => [index('topics_written').on(table.written)],
)

/** API tokens; only a hash of each is kept. */
export const apiTokens = pgTable('tokens', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique(),
  scopes: text('scopes').array().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  revoked: boolean('revoked').notNull().default(false),
})

/** Facts of this installation: the fingerprint of its secret, that it was seeded. */
export const facts = pgTable('facts', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})

/** What the embedded bus holds; unused with NATS. */
export const busMessages = pgTable(
  'bus_messages',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    id: text('id').notNull().unique(),
    topic: text('topic').notNull(),
    body: text('body').notNull(),
    storedAt: instant('stored_at').notNull(),
    /** Starts of the bus that found it unacknowledged: one that ends the process each time shows by it. */
    deliveries: integer('deliveries').notNull().default(0),
    ackedAt: instant('acked_at'),
    /** Why it was put aside for good. */
    deadReason: text('dead_reason'),
  },
  (table) => [index('bus_messages_stored_at').on(table.storedAt)],
)
