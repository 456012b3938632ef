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

/** Each on a Redis of its own, which loses its past or is exchanged. */
const epochs = (test: string, says: RegExp): Catch => ({
  project: 'servers',
  file: 'backend/cache/redis-epoch.redis.test.ts',
  test,
  says,
})

const unit = (file: string, test: string, says: RegExp): Catch => ({ project: 'unit', file, test, says })

const stream = (file: string, test: string, says: RegExp): Catch => unit(`backend/stream/${file}`, test, says)

/** Every mutant, in the order of the protocol. */
export const mutants: readonly Mutant[] = [
  {
    name: 'generation stamped at commit',
    breaks: 'Commit stamps the generation seen when the load began.',
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
    breaks: 'ACQUIRE uses the one rule of freshness, which looks at the due time.',
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
    breaks: 'A result is stored only under the lease its load was granted.',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: "return e.token ~= '' and e.token == token and e",
        replace: 'return e',
      },
    ],
    caught: model(/went back|fresh, but overtaken by an event/),
  },
  {
    name: 'no lease check',
    breaks: 'One lease per key across all processes.',
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
    name: 'no re-score on busy',
    breaks: 'A busy key leaves the front of the dirty set until its next load may begin.',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: 'schedule(e)\n  return outcome,',
        replace: "if outcome ~= 'busy' then schedule(e) end\n  return outcome,",
      },
    ],
    caught: epochs(
      'loads keep their distance, and wait no longer than that',
      /expected \d+ to be greater than 500000/,
    ),
  },
  {
    name: 'ack before invalidate',
    breaks: 'An event is acknowledged only after its invalidations are in Redis.',
    patches: [
      {
        file: 'backend/triage/handler.ts',
        find: 'const { rest } = await apply.begin(found, refusedLate)',
        replace:
          'for (const { message } of found) message.ack()\n    const { rest } = await apply.begin(found, refusedLate)',
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
    breaks: 'An invalidated key that is watched is in the dirty set.',
    patches: [
      {
        file: 'backend/cache/script/invalidate.ts',
        find: 'if hasten(e) then reply[1] = 1 end',
        replace: '',
      },
    ],
    caught: model(/waited for, not fresh, and not due/),
  },
  {
    name: 'events wait behind the clock',
    breaks: 'What an event made stale is claimed before what only its time did.',
    patches: [{ file: 'backend/cache/script/invalidate.ts', find: '        press(e)\n', replace: '' }],
    caught: redis(
      'what events made stale comes before what only its time did, and leaves it a quarter',
      /urgent|to match object/,
    ),
  },
  {
    name: 'the clock waits behind events for ever',
    breaks: 'Claims leave a quarter to what only its time made due.',
    patches: [
      { file: 'backend/cache/script/claim.ts', find: 'math.ceil(ARGV[2] * 3 / 4)', replace: 'ARGV[2]' },
    ],
    caught: redis(
      'what events made stale comes before what only its time did, and leaves it a quarter',
      /urgent|to match object/,
    ),
  },
  {
    name: 'claimed key given back is postponed',
    breaks: 'UNCLAIM never postpones: an event since its claim keeps it due.',
    patches: [
      { file: 'backend/cache/script/claim.ts', find: "dirty, 'XX', 'LT', now", replace: "dirty, 'XX', now" },
    ],
    caught: redis(
      'giving back neither postpones a key nor makes one due that is not to be loaded',
      /deeply equal/,
    ),
  },
  {
    name: 'leased by INVALIDATE, not in dirty',
    breaks: 'A key whose lease nobody uses is due again when it ends.',
    patches: [
      {
        file: 'backend/cache/script/invalidate.ts',
        find: 'schedule(e)\n',
        replace: "redis.call('ZREM', dirty, e.key)\n",
      },
    ],
    caught: redis('what it leased and nobody loads is due again when the lease ends', /deeply equal/),
  },
  {
    name: 'dirty cleared while behind',
    breaks: 'COMMIT of a key that an event overtook leaves it due.',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: 'keep(e)\n  schedule(e)',
        replace: "keep(e)\n  if fresh(e) then schedule(e) else redis.call('ZREM', dirty, e.key) end",
      },
    ],
    caught: redis(
      'overtaken by an event: stored, not fresh, and due again once',
      /expected \[\] to deeply equal \[ 'k' \]/,
    ),
  },
  {
    name: 'COMMIT forgets the next due time',
    breaks: 'COMMIT of a watched key leaves it in the dirty set at its due time.',
    patches: [
      {
        file: 'backend/cache/script/lease.ts',
        find: 'keep(e)\n  schedule(e)',
        replace: "keep(e)\n  if fresh(e) then redis.call('ZREM', dirty, e.key) else schedule(e) end",
      },
    ],
    caught: model(/waited for, not fresh, and not due/),
  },
  {
    name: 'any sequence mark',
    breaks: 'An invalidation is never skipped because of a bus sequence.',
    patches: [
      {
        file: 'backend/triage/apply.ts',
        find: 'const CAUSES = 10\n',
        replace: 'const CAUSES = 10\nconst seen = new Map()\n',
      },
      {
        file: 'backend/triage/apply.ts',
        find: 'for (const { event, targets } of found) {',
        replace: 'for (const { event, targets, message } of found) {',
      },
      {
        file: 'backend/triage/apply.ts',
        find: 'if (!event || !wanted(target)) continue\n',
        replace:
          'if (!event || !wanted(target) || message.sequence <= (seen.get(target.key) ?? 0)) continue\nseen.set(target.key, message.sequence)\n',
      },
    ],
    caught: unit(
      'backend/triage/triage.test.ts',
      'an event handled after a later one makes its key stale all the same',
      /to match object/,
    ),
  },
  {
    name: 'no feed entry',
    breaks: 'Every change of state is a feed entry, appended in the same script.',
    patches: [
      { file: 'backend/cache/script/lease.ts', find: 'announce(e, changed and data)\n', replace: '' },
    ],
    caught: model(/a browser shows/),
  },
  {
    name: 'version counted per key',
    breaks: 'A version is an offset in the feed, which all keys share.',
    patches: [
      {
        file: 'backend/cache/script/entry.ts',
        find: "e.offset, e.offsetIn = redis.call('HINCRBY', meta, 'top', 1), epoch",
        replace:
          "local id = redis.call('HINCRBY', meta, 'top', 1)\n  e.offset, e.offsetIn = e.offset + 1, epoch",
      },
      {
        file: 'backend/cache/script/entry.ts',
        find: "string.format('%d-0', e.offset)",
        replace: "string.format('%d-0', id)",
      },
    ],
    caught: model(/a browser shows|hole/),
  },
  {
    name: 'gap not told',
    breaks: 'Offsets are contiguous, so a hole means that entries were trimmed.',
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
    name: 'no interest on resume',
    breaks: 'A session registers interest in its keys, however much of them it knows.',
    patches: [
      {
        file: 'backend/stream/interest.ts',
        find: 'await cache.interest(some, INTEREST_TTL)\n',
        replace: '',
      },
    ],
    caught: stream(
      'resume.test.ts',
      'what went stale while nobody looked is due once a session resumes',
      /expected \[\] to deeply equal/,
    ),
  },
  {
    name: 'interest after read',
    breaks: 'Order on connect: attach and queue, register interest, read, flush the queue.',
    patches: [
      {
        file: 'backend/stream/interest.ts',
        find: 'await cache.interest(some, INTEREST_TTL)\n    const { entries } = await cache.read(some)\n',
        replace: 'const { entries } = await cache.read(some)\n    await cache.interest(some, INTEREST_TTL)\n',
      },
    ],
    caught: stream(
      'resume.test.ts',
      'an event in the middle of the connect order shows in the first words of the session',
      /status: 'refreshing'/,
    ),
  },
  {
    name: 'flush not ascending',
    breaks: 'Pending keys flush in ascending offset.',
    patches: [
      {
        file: 'backend/stream/session.ts',
        find: 'if (due.length > 1) due.sort(([a], [b]) => offsetOf(a) - offsetOf(b))',
        replace: '',
      },
    ],
    caught: stream(
      'resume.test.ts',
      'what a session lacks is sent in ascending order, so that a cut loses nothing',
      /deeply equal/,
    ),
  },
  {
    name: '>= for > on resume',
    breaks: 'A session is sent the keys above its cursor.',
    patches: [
      {
        file: 'backend/stream/greeting.ts',
        find: 'state.version.offset > cursor.offset',
        replace: 'state.version.offset >= cursor.offset',
      },
    ],
    caught: stream(
      'resume.test.ts',
      'a resumed session is sent what changed while it was away, and nothing else',
      /deeply equal \[\]/,
    ),
  },
  {
    name: '>= for > on emit',
    breaks: 'A version is sent once: what the feed brings is news only above what was read.',
    patches: [
      {
        file: 'backend/stream/key-states.ts',
        find: 'if (order <= 0) return\n',
        replace: 'if (order < 0) return\n',
      },
    ],
    caught: stream(
      'resume.test.ts',
      'a change that is read before the feed brings it is sent once',
      /deeply equal/,
    ),
  },
  {
    name: '>= for > in the browser',
    breaks: 'Every write into the query cache keeps the higher version.',
    patches: [
      {
        file: 'app/live/core/incoming.ts',
        find: 'compareVersions(incoming.version, shown.version) <= 0',
        replace: 'compareVersions(incoming.version, shown.version) < 0',
      },
    ],
    caught: unit(
      'app/live/react/query-cache.test.ts',
      'an older state changes nothing, not even the object',
      / to be /,
    ),
  },
  {
    name: 'versions compared across keys, by the server',
    breaks: 'Versions are compared only within one key: a gained key is sent whatever its version.',
    patches: [
      {
        file: 'backend/stream/session-group.ts',
        find: 'for (const { key } of moved) changes',
        replace:
          'for (const { key } of moved) if ((keys.state(key)?.version.offset ?? 0) >= keys.position().offset) changes',
      },
    ],
    caught: stream(
      'layout-changes.test.ts',
      'a gained key that others follow already is sent too, though its version is lower',
      /deeply equal/,
    ),
  },
  {
    name: 'versions compared across keys, in the browser',
    breaks: 'Results are held by key, and versions compared only within one.',
    patches: [
      {
        file: 'app/live/core/result-store.ts',
        find: "} from './known-result.ts'\n",
        replace: "} from './known-result.ts'\nimport { compareVersions } from './version.ts'\n",
      },
      {
        file: 'app/live/core/result-store.ts',
        find: 'take: (state) => followed(state.key) &&',
        replace:
          "take: (state) => followed(state.key) && [...results.values()].every(({ shown }) => compareVersions(state.version, shown?.version ?? '') >= 0) &&",
      },
    ],
    caught: unit(
      'app/live/simulation/convergence.test.ts',
      'whatever happens in whatever order, no tab goes back, and in the end none is stale',
      /to deeply equal/,
    ),
  },
  {
    name: 'versions compared without their epoch, by the server',
    breaks: 'Versions are ordered by epoch, then by offset.',
    patches: [
      {
        file: 'backend/cache/version.ts',
        find: 'return a.epoch - b.epoch || a.offset - b.offset',
        replace: 'return a.offset - b.offset',
      },
    ],
    caught: {
      project: 'servers',
      file: 'backend/stream/followed-keys.redis.test.ts',
      test: 'in a new epoch a key stands where that epoch says, though its offsets are lower',
      says: /deeply equal/,
    },
  },
  {
    name: 'versions compared without their epoch, in the browser',
    breaks: 'Versions are ordered by epoch, then by offset.',
    patches: [
      {
        file: 'app/live/core/version.ts',
        find: 'return x[0] - y[0] || x[1] - y[1]',
        replace: 'return x[1] - y[1]',
      },
    ],
    caught: unit(
      'app/live/simulation/convergence.test.ts',
      'whatever happens in whatever order, no tab goes back, and in the end none is stale',
      /to deeply equal/,
    ),
  },
  {
    name: 'epoch not refused',
    breaks: 'Every script refuses another epoch.',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: "if lived[1] ~= epoch then return redis.error_reply('EPOCH the store began a new life') end",
        replace: '',
      },
    ],
    caught: epochs(
      'a flush while verbs run: they run again in the new epoch, all processes in the same',
      /expected \d+ to be greater than \d+/,
    ),
  },
  {
    name: 'epoch kept over a flush',
    breaks: 'The epoch changes when Redis loses its past.',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: 'math.max(known + 1, stored + 1, now)',
        replace: 'math.max(known, stored, known + stored == 0 and now or 0)',
      },
    ],
    caught: epochs(
      'a flush while verbs run: they run again in the new epoch, all processes in the same',
      /expected \d+ to be greater than \d+/,
    ),
  },
  {
    name: 'epoch kept over a failover',
    breaks: 'The epoch changes when another server takes over.',
    patches: [
      {
        file: 'backend/cache/script/life.ts',
        find: 'if stored > 0 and lived[2] == ARGV[1] and known <= stored',
        replace: 'if stored > 0 and known <= stored',
      },
    ],
    caught: epochs(
      'shows its entries, none of them fresh, at offset 0 of a new epoch',
      /expected \d+ to be greater than \d+/,
    ),
  },
  {
    name: 'tail that does not look at the epoch',
    breaks: 'The tail blocks at most 1 s and then looks at the epoch.',
    patches: [
      {
        file: 'backend/cache/redis-tail.ts',
        find: 'else batches = await look(redis, link, at)',
        replace: '',
      },
    ],
    caught: epochs(
      'a flush is a new, higher epoch, which verbs run in and a quiet tail tells within its second',
      /expected \+0 to be 1/,
    ),
  },
  {
    name: 'data of an older epoch is fresh',
    breaks: 'Nothing built before a new epoch is fresh in it.',
    patches: [{ file: 'backend/cache/script/entry.ts', find: 'e.builtIn == epoch and', replace: '' }],
    caught: model(/fresh, but overtaken by an event|fresh with/),
  },
  {
    name: 'lease of an older epoch holds',
    breaks: 'A load that was granted before a new epoch is lost in it.',
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
    breaks: 'What waits for its time in the dirty set is due in a new epoch.',
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
    breaks: 'INTEREST makes a key that is not fresh due.',
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
    name: 'changes numbered by a plain sequence',
    breaks: 'A change takes the next number of one counter row, in its transaction.',
    patches: [
      {
        file: 'backend/hubs/write-hubs.ts',
        find: 'holdNumbers(tx),',
        replace: 'holdNumbers(db),',
      },
      {
        file: 'backend/changes/append-changes.ts',
        find: "    .select()\n    .from(counters)\n    .where(eq(counters.name, 'changes'))\n    .for('update')\n",
        replace: `    .update(counters).set({ value: sql\`\${counters.value} + 1\` }).where(eq(counters.name, 'changes')).returning()\n`,
      },
      {
        file: 'backend/changes/append-changes.ts',
        find: 'return counter.value\n',
        replace: 'return counter.value - 1\n',
      },
      {
        file: 'backend/changes/append-changes.ts',
        find: "    tx\n      .update(counters)\n      .set({ value: last + made.length })\n      .where(eq(counters.name, 'changes')),\n",
        replace: '',
      },
    ],
    caught: {
      project: 'servers',
      file: 'backend/hubs/hubs.pg.test.ts',
      test: 'of two writes that end in the other order than they began, a follower misses none',
      says: /Before/,
    },
  },
  {
    name: 'layout outside the connect order',
    breaks: 'A session that gains keys runs the connect order for them, then sends the layout.',
    patches: [
      {
        file: 'backend/stream/session-group.ts',
        find: 'await keys.attach(gained, listener)',
        replace: 'void keys.attach(gained, listener)',
      },
    ],
    caught: stream(
      'layout-changes.test.ts',
      'a layout is told once its gained keys are read, and not before',
      /layout/,
    ),
  },
  {
    name: 'a pulse before the news of late rebuilds',
    breaks: 'Up to `through` every event is in the data, or shown as being loaded.',
    patches: [{ file: 'backend/cache/script/pulse.ts', find: 'announceAllLate()\n', replace: '' }],
    caught: redis('comes behind the news of every rebuild that is late', /through|kind|to match object/),
  },
  {
    name: 'what left the index stays fresh',
    breaks: 'A result that no event can reach any more is not fresh when it is placed again.',
    patches: [
      {
        file: 'backend/triage/following-index.ts',
        find: 'if (!isReady) return',
        replace: 'return',
      },
    ],
    caught: unit(
      'backend/triage/following-index.test.ts',
      'what nobody places any more is invalidated: it may come back while no daemon runs',
      /last false/,
    ),
  },
  {
    name: 'ack before the index is up to date',
    breaks: 'An event is acknowledged once every widget placed by then is in the index.',
    patches: [
      {
        file: 'backend/triage/handler.ts',
        find: 'retry(indexed, {',
        replace: 'retry(async () => {}, {',
      },
    ],
    caught: unit(
      'backend/triage/triage.test.ts',
      'a message is acknowledged once the index has every widget of then',
      /toBeGreaterThan|greater than/,
    ),
  },
  {
    name: 'delivery count alone dead-letters',
    breaks: 'A message delivered often goes to the dead letters only if it fails when handled alone.',
    patches: [
      {
        file: 'backend/triage/consume.ts',
        find: 'for (const message of suspect) await handleAlone(message)',
        replace: "for (const message of suspect) await deadLetter(message, 'It was delivered too often.')",
      },
    ],
    caught: unit(
      'backend/triage/triage.test.ts',
      'a message delivered often is handled alone, and put aside only if it fails then',
      /'innocent'/,
    ),
  },
]
