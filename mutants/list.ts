import type { Catch, Mutant } from './mutant.ts'

/** The model on real Redis, where replicas take over: told by what it says of keys and browsers. */
const model = (says: RegExp): Catch => ({
  project: 'model',
  file: 'backend/cache/cache.model.test.ts',
  test: 'on Redis with replicas that lag and take over',
  says,
})

const redis = (test: string, says: RegExp): Catch => ({
  project: 'servers',
  file: 'backend/cache/redis-cache.redis.test.ts',
  test,
  says,
})

const unit = (file: string, test: string, says: RegExp): Catch => ({ project: 'unit', file, test, says })

/** Every mutant, in the order of the protocol. */
export const mutants: readonly Mutant[] = [
  {
    name: 'generation stamped at commit',
    breaks: 'Commit stamps the generation seen when the load began (6.1).',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: 'e.dueAt = e.leaseGeneration,',
        replace: 'e.dueAt = e.required,',
      },
    ],
    caught: model(/fresh, but overtaken by an event/),
  },
  {
    name: 'due time ignored in ACQUIRE',
    breaks: 'ACQUIRE uses the one rule of freshness, which looks at the due time (6.1).',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: "if fresh(e) then outcome = 'fresh'",
        replace: "if e.hash ~= '' and e.builtIn == epoch and e.built == e.required then outcome = 'fresh'",
      },
    ],
    caught: model(/Workers spin: keys stay due/),
  },
  {
    name: 'no token check',
    breaks: 'A result is stored only under the lease its load was granted (6.2).',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: "if e.token == '' or e.token ~= ARGV[3] then return 'lost' end",
        replace: '',
      },
    ],
    caught: model(/went back|fresh, but overtaken by an event/),
  },
  {
    name: 'no lease check',
    breaks: 'One lease per key across all processes (6.2).',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: "elseif leased(e) then outcome = 'busy'\n",
        replace: '',
      },
    ],
    caught: model(/granted to t\d+ while t\d+ holds the lease/),
  },
  {
    name: 'ack before invalidate',
    breaks: 'An event is acknowledged only after its invalidations are in Redis (6.3).',
    patches: [
      {
        file: 'backend/triage/triage.ts',
        find: 'const { rest } = await apply.begin(found)',
        replace:
          'for (const { message } of found) message.ack()\n    const { rest } = await apply.begin(found)',
      },
    ],
    caught: unit(
      'backend/triage/triage.test.ts',
      'while the cache is away nothing is acknowledged, given up or delivered again',
      /expected Set\{.*\btrue\b.*\} to deeply equal Set\{ false \}/,
    ),
  },
  {
    name: 'dirty not written',
    breaks: 'An invalidated key that is watched is in the dirty set (6.3).',
    patches: [
      {
        file: 'backend/cache/script/invalidate.ts',
        find: "redis.call('ZADD', dirty, 'LT', start, key)",
        replace: '',
      },
    ],
    caught: model(/waited for, not fresh, and not due/),
  },
  {
    name: 'dirty cleared while behind',
    breaks: 'COMMIT of a key that an event overtook leaves it due (6.3).',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: 'keep(e)\nsettle(e)',
        replace: "keep(e)\nif fresh(e) then settle(e) else redis.call('ZREM', dirty, e.key) end",
      },
    ],
    caught: redis(
      'overtaken by an event: stored, not fresh, and due again once',
      /expected \[\] to deeply equal \[ 'k' \]/,
    ),
  },
  {
    name: 'COMMIT forgets the next due time',
    breaks: 'COMMIT of a watched key leaves it in the dirty set at its due time (6.3).',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: 'keep(e)\nsettle(e)',
        replace: "keep(e)\nif fresh(e) then redis.call('ZREM', dirty, e.key) else settle(e) end",
      },
    ],
    caught: model(/waited for, not fresh, and not due/),
  },
  {
    name: 'no feed entry',
    breaks: 'Every change of state is a feed entry, appended in the same script (6.5).',
    patches: [
      { file: 'backend/cache/script/lease.ts', find: 'announce(e, changed and ARGV[4])\n', replace: '' },
    ],
    caught: model(/a browser shows/),
  },
  {
    name: 'version counted per key',
    breaks: 'A version is an offset in the feed, which all keys share (1).',
    patches: [
      {
        file: 'backend/cache/script/entry.ts',
        find: "e.offset, e.offsetIn = redis.call('HINCRBY', meta, 'top', 1), epoch",
        replace:
          "local id = redis.call('HINCRBY', meta, 'top', 1)\n  e.offset, e.offsetIn = e.offset + 1, epoch",
      },
      {
        file: 'backend/cache/script/entry.ts',
        find: "string.format('%.0f-0', e.offset)",
        replace: "string.format('%.0f-0', id)",
      },
    ],
    caught: model(/a browser shows|hole/),
  },
  {
    name: 'gap not told',
    breaks: 'Offsets are contiguous, so a hole means that entries were trimmed (6.5).',
    patches: [
      {
        file: 'backend/cache/redis-tail.ts',
        find: 'if (first === at.offset + 1) return [batch]',
        replace: 'if (first > at.offset) return [batch]',
      },
    ],
    caught: model(/A hole in the feed/),
  },
  {
    name: 'epoch not refused',
    breaks: 'Every script refuses another epoch (6.8).',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: "if lived[1] ~= epoch then return redis.error_reply('EPOCH the store began a new life') end",
        replace: '',
      },
    ],
    caught: redis(
      'a flush while verbs run: they run again in the new epoch, all processes in the same',
      /expected \d+ to be greater than \d+/,
    ),
  },
  {
    name: 'epoch kept over a flush',
    breaks: 'The epoch changes when Redis loses its past (6.8).',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: 'math.max(known + 1, stored + 1, now)',
        replace: 'math.max(known, stored, known + stored == 0 and now or 0)',
      },
    ],
    caught: redis(
      'a flush while verbs run: they run again in the new epoch, all processes in the same',
      /expected \d+ to be greater than \d+/,
    ),
  },
  {
    name: 'epoch kept over a failover',
    breaks: 'The epoch changes when another server takes over (6.8).',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: 'if stored > 0 and lived[2] == ARGV[1] and known <= stored',
        replace: 'if stored > 0 and known <= stored',
      },
    ],
    caught: redis(
      'shows its entries, none of them fresh, at offset 0 of a new epoch',
      /expected \d+ to be greater than \d+/,
    ),
  },
  {
    name: 'tail that does not look at the epoch',
    breaks: 'The tail blocks at most 1 s and then looks at the epoch (6.8).',
    patches: [
      {
        file: 'backend/cache/redis-tail.ts',
        find: 'else batches = await look(redis, link, at)',
        replace: '',
      },
    ],
    caught: redis(
      'a flush is a new, higher epoch, which verbs run in and a quiet tail tells within its second',
      /expected \+0 to be 1/,
    ),
  },
  {
    name: 'data of an older epoch is fresh',
    breaks: 'Nothing built before a new epoch is fresh in it (6.8).',
    patches: [{ file: 'backend/cache/script/entry.ts', find: 'e.builtIn == epoch and', replace: '' }],
    caught: model(/fresh, but overtaken by an event|fresh with/),
  },
  {
    name: 'lease of an older epoch holds',
    breaks: 'A load that was granted before a new epoch is lost in it (6.8).',
    patches: [
      {
        file: 'backend/cache/script/entry.ts',
        find: "if e.leaseIn ~= epoch then e.token = '' end",
        replace: '',
      },
    ],
    caught: model(/fresh, but overtaken by an event|fresh with/),
  },
  {
    name: 'new epoch makes nothing due',
    breaks: 'What waits for its time in the dirty set is due in a new epoch (6.8).',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: "do redis.call('ZADD', dirty, 'LT', now, key) end",
        replace: 'do end',
      },
    ],
    caught: model(/waited for, not fresh, and not due/),
  },
  {
    name: 'resume without freshness',
    breaks: 'INTEREST makes a key that is not fresh due (6.6).',
    patches: [
      {
        file: 'backend/cache/script/read.ts',
        find: 'keep(e)\n  woken = hasten(e) or woken\n  announceLate(e)',
        replace: 'keep(e)\n  announceLate(e)',
      },
    ],
    caught: model(/waited for, not fresh, and not due|watched, not fresh, and not due/),
  },
  {
    name: 'delivery count alone dead-letters',
    breaks: 'A message delivered often goes to the dead letters only if it fails when handled alone (6.12).',
    patches: [
      {
        file: 'backend/triage/triage.ts',
        find: 'if (message.deliveries > SUSPECT) await handleAlone(message)',
        replace: "if (message.deliveries > SUSPECT) await deadLetter(message, 'It was delivered too often.')",
      },
    ],
    caught: unit(
      'backend/triage/triage.test.ts',
      'a message delivered often is handled alone, and put aside only if it fails then',
      /'innocent'/,
    ),
  },
]
