import { createRequire } from 'node:module'
import examples from '@octokit/webhooks-examples'
import { sign } from '@octokit/webhooks-methods'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Reading } from '#backend/ingest/cloud-event.ts'
import { decodeDelivery } from '#backend/ingest/delivery.ts'
import { encodeEvent, type HubEvent } from '#backend/ingest/event.ts'
import { parseTopic } from '#backend/ingest/topic.ts'
import { readWebhook } from '#backend/ingest/webhook.ts'
import { door } from './door.ts'
import { fitsEvent } from './fits-event.ts'
import { projectGitHub } from './projection.ts'

const secret = 'It’s a secret'
const now = Date.UTC(2030, 0, 1)
const every = examples.flatMap(({ name, examples }) =>
  examples.map((payload, index) => ({
    event: name as string,
    title: `${name} ${index}`,
    payload: payload as object,
  })),
)
function example(event: string, action?: string): Record<string, unknown> {
  const found = every.find(
    ({ event: name, payload }) =>
      name === event && (!action || (payload as { action?: string }).action === action),
  )
  if (!found) throw new Error(`no example of ${event} ${action}`)
  return found.payload as Record<string, unknown>
}

async function deliver(
  event: string,
  payload: unknown,
  {
    headers = {},
    body = JSON.stringify(payload),
  }: { headers?: Record<string, string | undefined>; body?: string } = {},
): Promise<Reading> {
  const all = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'b1c6e0b0-0000-11ee-8a5c-000000000000',
    'x-hub-signature-256': await sign(secret, body),
    ...headers,
  }
  return readWebhook(door, secret, { headers: all, body: Buffer.from(body), now })
}
async function accepted(event: string, payload: unknown): Promise<HubEvent> {
  const reading = await deliver(event, payload)
  if ('refusal' in reading || !reading.events[0]) throw new Error(JSON.stringify(reading))
  return reading.events[0]
}

test.each(every)('$title becomes an event', async ({ event, payload }) => {
  const made = await accepted(event, payload)
  const { repository, organization } = payload as Record<
    string,
    { full_name?: string; login?: string } | undefined
  >
  const action = 'action' in payload ? String(payload.action) : undefined
  const tokens = parseTopic(made.topic)
  expect(tokens).toHaveLength(5)
  const [owner = organization?.login ?? '-', name = '-'] =
    repository?.full_name?.toLowerCase().split('/') ?? []
  expect(tokens).toEqual(['github', owner.toLowerCase(), name, event, action ?? '-'])
  expect(made.type).toBe(['com.github', event, ...(action ? [action] : [])].join('.'))
  expect(made.source).toMatch(/^https?:\/\/github\.com\//)
  expect(Buffer.byteLength(JSON.stringify(made.data))).toBeLessThanOrEqual(64 * 1024)
  expect(made.data).toMatchObject({
    event,
    ...(repository ? { repository: { full_name: repository.full_name } } : {}),
  })
  expect(
    decodeDelivery({
      topic: made.topic,
      body: Buffer.from(encodeEvent(made)),
      stream: 'S',
      sequence: 1,
      time: 2,
    }),
  ).toEqual({
    event: { ...made, receivedAt: 2 },
  })
})

test('what widgets fold is in the projection', async () => {
  const { data, source, time } = await accepted('pull_request', example('pull_request', 'opened'))
  expect(data).toMatchObject({
    action: 'opened',
    repository: {
      full_name: 'Codertocat/Hello-World',
      html_url: 'https://github.com/Codertocat/Hello-World',
    },
    sender: { login: 'Codertocat' },
    pull_request: {
      number: 2,
      title: 'Update the README with new information.',
      state: 'open',
      draft: false,
      merged: false,
      html_url: 'https://github.com/Codertocat/Hello-World/pull/2',
      user: { login: 'Codertocat' },
      head: { ref: 'changes' },
      base: { ref: 'master' },
      updated_at: '2019-05-15T15:20:33Z',
      closed_at: null,
    },
  })
  expect(source).toBe('https://github.com/Codertocat/Hello-World')
  expect(time).toBe(Date.parse('2019-05-15T15:20:33Z'))
  expect((await accepted('workflow_run', example('workflow_run'))).data).toMatchObject({
    workflow_run: { run_number: 36, run_attempt: 1, status: 'queued', conclusion: null, head_branch: 'main' },
  })
})

test('a push keeps twenty commits by their first lines, and says how many there were', () => {
  const commit = {
    id: 'f'.repeat(40),
    message: 'Fix it\n\nAt length',
    timestamp: '2026-01-01T00:00:00Z',
    author: { name: 'A' },
  }
  const projection = projectGitHub('push', { ...example('push'), commits: Array(300).fill(commit) })
  expect(projection.commits).toHaveLength(20)
  expect(projection.commits?.[0]).toEqual({ ...commit, message: 'Fix it' })
  expect(projection.commit_count).toBe(300)
})

test('an event without a time, or of the future, is of now', async () => {
  expect((await accepted('gollum', example('gollum'))).time).toBe(now)
  expect((await accepted('issues', { issue: { updated_at: '2999-01-01T00:00:00Z' } })).time).toBe(now)
})

test('a form is read as JSON is', async () => {
  const body = new URLSearchParams({ payload: JSON.stringify(example('push')) }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await deliver('push', undefined, { headers, body })).toMatchObject({
    events: [{ topic: 'github.codertocat.hello-world.push.-' }],
  })
})

test.each([
  ['none', undefined],
  ['empty', ''],
  ['another', `sha256=${'0'.repeat(64)}`],
  ['the older kind', 'sha1=0000000000000000000000000000000000000000'],
])('a delivery is refused whose signature is %s', async (_, signature) => {
  const reading = await deliver('push', example('push'), { headers: { 'x-hub-signature-256': signature } })
  expect(reading).toMatchObject({ refusal: { status: 401 } })
})

test.each(['null', '[]', '"x"', '{', 'payload={}'])('the signed body %s is no payload', async (body) => {
  expect(await deliver('push', undefined, { body })).toMatchObject({ refusal: { status: 400 } })
})

test.each(['31', '32', '33', '34', '35'])(
  'deliveries of GitHub Enterprise Server 3.%s become events',
  async (version) => {
    const examples = createRequire(import.meta.url)(
      `@octokit/webhooks-examples/ghes-${version}/index.json`,
    ) as readonly { readonly name: string; readonly examples: readonly unknown[] }[]
    for (const { name, examples: payloads } of examples)
      for (const payload of payloads) expect(await deliver(name, payload), name).toHaveProperty('events')
  },
)

test('a form that was caught is no other event where its bytes are none of UTF-8', async () => {
  const body = Buffer.from(`payload=${JSON.stringify({ ...example('push'), compare: '\ufffd' })}`)
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-github-event': 'push',
    'x-github-delivery': '1',
    'x-hub-signature-256': await sign(secret, body.toString()),
  }
  expect(await readWebhook(door, secret, { headers, body, now })).toHaveProperty('events')
  const at = body.indexOf('\ufffd')
  const other = Buffer.concat([body.subarray(0, at), Buffer.from([0xff]), body.subarray(at + 3)])
  expect(await readWebhook(door, secret, { headers, body: other, now })).toMatchObject({
    refusal: { status: 401 },
  })
})

test('a delivery that was caught is no form with another payload', async () => {
  const forged = { ...example('pull_request', 'closed'), forged: true }
  const title = `a&payload=${encodeURIComponent(JSON.stringify(forged))}&b`
  const caught = { ...example('pull_request', 'opened'), title }
  expect('events' in (await deliver('pull_request', caught))).toBe(true)
  // What its type is called nobody has signed.
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await deliver('pull_request', caught, { headers })).toMatchObject({ refusal: { status: 400 } })
})

test('an empty body is refused', async () => {
  const headers = { 'x-github-event': 'push', 'x-github-delivery': '1', 'x-hub-signature-256': 'sha256=' }
  const reading = await readWebhook(door, secret, { headers, body: Buffer.from(''), now })
  expect(reading).toMatchObject({ refusal: { status: 401 } })
})

test('a missing header is named', async () => {
  expect(await deliver('push', {}, { headers: { 'x-github-event': undefined } })).toMatchObject({
    refusal: { status: 400, errors: [{ field: 'x-github-event' }] },
  })
})

test('a delivery that was caught is the same event under any id', async () => {
  const again = { headers: { 'x-github-delivery': 'c2d7f1c1-0000-11ee-8a5c-000000000000' } }
  const [first, second] = [
    await deliver('push', example('push')),
    await deliver('push', example('push'), again),
  ]
  expect(second).toEqual(first)
  expect(await deliver('push', { ...example('push'), forced: true })).not.toEqual(first)
})

test('a delivery that was caught is no other event', async () => {
  const names = [...new Set(every.map(({ event }) => event)), 'not_known_here']
  // Their payloads have nothing that Hubs reads, so that their name says little.
  const unread = [
    ...['public', 'github_app_authorization', 'repository_import', 'marketplace_purchase', 'org_block'],
    ...['package', 'projects_v2_item', 'security_advisory', 'sponsorship', 'branch_protection_rule'],
    ...['deploy_key', 'project', 'project_card', 'project_column', 'not_known_here'],
  ]
  for (const { event, payload, title } of every) {
    const taken = names.filter((name) => fitsEvent(name, payload as Record<string, unknown>))
    expect(taken, title).toContain(event)
    const alike = unread.includes(event) ? unread : event === 'delete' ? ['delete', 'create'] : [event]
    expect(
      taken.filter((name) => !alike.includes(name)),
      title,
    ).toEqual([])
  }
  expect(await deliver('issues', example('pull_request'))).toMatchObject({
    refusal: { status: 400, errors: [{ field: 'x-github-event' }] },
  })
})

const scrap = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 2000, size: 'max' }),
  fc.double(),
)
const spoilt = fc
  .tuple(fc.constantFrom(...every), fc.array(fc.tuple(fc.nat(), fc.nat(), scrap), { maxLength: 6 }))
  .map(([{ event, payload }, changes]) => {
    const changed = structuredClone(payload) as Record<string, unknown>
    for (const [first, second, value] of changes) {
      const names = Object.keys(changed)
      const name = names[first % names.length] ?? ''
      const inner = changed[name]
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        const fields = Object.keys(inner)
        ;(inner as Record<string, unknown>)[fields[second % Math.max(1, fields.length)] ?? 'x'] = value
      } else changed[name] = value
    }
    return { event, payload: changed }
  })

test('whatever a signed payload holds becomes an event of at most 64 KiB, or is refused with a reason', {
  timeout: 60_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        spoilt,
        fc.record({ event: fc.string({ minLength: 1 }), payload: fc.dictionary(fc.string(), scrap) }),
      ),
      async ({ event, payload }) => {
        const reading = await deliver(event, payload)
        if ('refusal' in reading) {
          expect(reading.refusal.errors.length).toBeGreaterThan(0)
          return
        }
        const [made] = reading.events
        expect(parseTopic(made?.topic ?? '')).toHaveLength(5)
        expect(Buffer.byteLength(JSON.stringify(made?.data))).toBeLessThanOrEqual(64 * 1024)
      },
    ),
    { numRuns: 1000 },
  )
})

const deep = (levels: number, inner: string) => `${'{"a":['.repeat(levels)}${inner}${']}'.repeat(levels)}`
const hostile = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '1e999',
    '-0',
    '"\\u0000"',
    '"\\ud800"',
    '"\\u2028"',
    '"."',
    '"/"',
    '"a/b/c"',
    '""',
    '[]',
    '[[{}]]',
  ),
  fc.nat(20_000).map((levels) => deep(levels, '1')),
  fc.nat(300_000).map((length) => JSON.stringify('ß*>.%\u0001'.repeat(length / 6))),
)
const name = fc.constantFrom(
  ...['action', 'repository', 'organization', 'sender', 'commits', 'pull_request', 'workflow_run', 'labels'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'event',
    'commit_count',
    'x',
    'full_name',
    'login',
    'html_url',
    'a b',
  ],
)
const object = (value: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(name, value), { maxLength: 5 })
    .map((fields) => `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`)
const signed = fc.oneof(
  object(fc.oneof(hostile, object(hostile))),
  object(hostile).map((text) => `[${text}]`),
  object(hostile).map((text) => `payload=${encodeURIComponent(text)}`),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
)
const headerText = fc.oneof(
  fc.stringMatching(/^[ -~\u0080-\u00ff]{0,40}$/),
  fc.constantFrom('push', 'pull_request', '__proto__', 'constructor', 'x'.repeat(2000)),
)

test('whatever is signed is an event that survives the bus, or is refused', {
  timeout: 600_000,
}, async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      signed,
      headerText,
      headerText,
      fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/plain', undefined),
      async (body, event, id, type) => {
        const headers = { 'content-type': type, 'x-github-delivery': id }
        const reading = await deliver(event, undefined, { headers, body })
        outcomes.add('events' in reading ? 'read' : String(reading.refusal.status))
        if (!('events' in reading)) {
          expect(reading.refusal.status).toBe(400)
          return
        }
        const [made] = reading.events
        if (!made) throw new Error('no event')
        expect(Buffer.byteLength(JSON.stringify(made.data))).toBeLessThanOrEqual(64 * 1024)
        const { topic } = made
        const again = decodeDelivery({
          topic,
          body: Buffer.from(encodeEvent(made)),
          stream: 'S',
          sequence: 1,
          time: 2,
        })
        expect(JSON.stringify(again)).toBe(JSON.stringify({ event: { ...made, receivedAt: 2 } }))
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
  )
  expect([...outcomes].sort()).toEqual(['400', 'read'])
})

test('a signature of any kind is compared, never trusted', async () => {
  const body = Buffer.from('{}')
  const right = await sign(secret, '{}')
  const signature = fc.oneof(
    headerText,
    headerText.map((text) => `sha256=${text}`),
    fc.nat(right.length - 1).map((at) => right.slice(0, at)),
    fc.nat(right.length - 1).map((at) => `${right.slice(0, at)}g${right.slice(at + 1)}`),
    fc.constantFrom(right.toUpperCase(), `${right}0`, ` ${right}`),
  )
  await fc.assert(
    fc.asyncProperty(signature, async (given) => {
      const headers = { 'x-github-event': 'push', 'x-github-delivery': '1', 'x-hub-signature-256': given }
      expect(await readWebhook(door, secret, { headers, body, now })).toMatchObject({
        refusal: { status: 401 },
      })
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 200) },
  )
})

test('any payload at all is projected to at most 64 KiB', () => {
  const wide = 'ß\u0001"'.repeat(20_000)
  const user = { login: wide, html_url: wide, type: wide }
  const commit = {
    id: wide,
    message: wide,
    timestamp: wide,
    url: wide,
    author: { name: wide, username: wide },
  }
  const stuffed = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`x${index}`, { name: wide, title: wide, html_url: wide }]),
  )
  const projection = projectGitHub(wide, {
    ...stuffed,
    action: wide,
    sender: user,
    head_commit: commit,
    commits: Array(100).fill(commit),
    pull_request: { title: wide, user, labels: Array(100).fill({ name: wide, color: wide }) },
    issue: { title: wide, user, labels: Array(100).fill({ name: wide, color: wide }) },
    workflow_run: { name: wide, display_title: wide, head_commit: commit, actor: user },
    branches: Array(100).fill({ name: wide }),
    pages: Array(100).fill({ page_name: wide, title: wide, action: wide, html_url: wide }),
  })
  expect(Buffer.byteLength(JSON.stringify(projection))).toBeLessThanOrEqual(64 * 1024)
})

test('an event of Gitea is of the server it came from, and of none that is not told', async () => {
  const headers = { 'x-gitea-event': 'package' }
  const about = { action: 'created', package: { id: 1, name: 'web' }, organization: { login: 'acme' } }
  const told = { ...about, sender: { login: 'anna', html_url: 'https://git.example.org/anna' } }
  expect(await deliver('package', told, { headers })).toMatchObject({
    events: [{ source: 'https://git.example.org/acme', topic: 'github.acme.-.package.created' }],
  })
  const untold = { ...about, sender: { login: 'anna' } }
  expect(await deliver('package', untold, { headers })).toMatchObject({ refusal: { status: 400 } })
  expect(await deliver('package', untold)).toMatchObject({ events: [{ source: 'https://github.com/acme' }] })
})

test.each([
  ['synchronized', 'synchronize'],
  ['label_updated', 'labeled'],
  ['label_cleared', 'unlabeled'],
  ['closed', 'closed'],
])('what Gitea calls %s, GitHub calls %s', async (action, called) => {
  const repository = { full_name: 'acme/api', html_url: 'https://git.example.org/acme/api' }
  const sent = { action, number: 1, pull_request: { number: 1, title: 'Fix' }, review: null, repository }
  const topic = `github.acme.api.pull_request.${called}`
  const headers = { 'x-gitea-event': 'pull_request' }
  expect(await deliver('pull_request', sent, { headers })).toMatchObject({
    events: [{ topic, type: `com.github.pull_request.${called}`, data: { action: called } }],
  })
})

test('a run of Actions that Forgejo tells of is a workflow run of GitHub', async () => {
  const repository = { full_name: 'acme/api', html_url: 'https://git.example.org/acme/api' }
  const times = {
    created: '2029-12-31T11:59:00Z',
    started: '2029-12-31T12:00:00Z',
    stopped: '2029-12-31T12:05:00Z',
  }
  const run = {
    ...{ id: 9, title: 'Fix', repository, trigger_user: { login: 'anna' }, workflow_id: 'ci.yml' },
    ...{ index_in_repo: 4, prettyref: 'main', commit_sha: 'a'.repeat(40), trigger_event: 'push' },
    ...{ event_payload: '{}', status: 'success', ...times, updated: times.stopped },
    html_url: 'https://git.example.org/acme/api/actions/runs/4',
  }
  const sent = (told: object) => ({ action: 'recover', run: { ...run, ...told }, prior_status: 'running' })
  const headers = { 'x-gitea-event': 'action_run_recover', 'x-forgejo-event': 'action_run_recover' }
  const read = async (told: object = {}) => {
    const reading = await deliver('action_run_recover', sent(told), { headers })
    if ('refusal' in reading) throw new Error(JSON.stringify(reading))
    return reading.events[0]
  }
  const workflow_run = {
    ...{ id: 9, name: 'ci.yml', display_title: 'Fix', run_number: 4, event: 'push', status: 'completed' },
    ...{ conclusion: 'success', html_url: run.html_url, head_branch: 'main', head_sha: run.commit_sha },
    ...{ actor: { login: 'anna' }, created_at: times.created, run_started_at: times.started },
    updated_at: times.stopped,
  }
  expect(await read()).toMatchObject({
    source: repository.html_url,
    topic: 'github.acme.api.workflow_run.completed',
    time: Date.parse(times.stopped),
    data: { event: 'workflow_run', action: 'completed', repository, sender: { login: 'anna' } },
  })
  expect((await read())?.data).toHaveProperty('workflow_run', workflow_run)

  // Never set is not when it began, and of a pull request counts what it offers, if that is told.
  const pull = { trigger_event: 'pull_request', prettyref: '#7' }
  const offered = (label: string) => JSON.stringify({ pull_request: { head: { label } } })
  const { run_started_at: _, ...unstarted } = workflow_run
  const given = { ...pull, started: '0001-01-01T00:00:00Z', event_payload: offered('try') }
  expect((await read(given))?.data).toHaveProperty('workflow_run', {
    ...{ ...unstarted, event: 'pull_request', head_branch: 'try' },
  })
  for (const event_payload of ['{', '[]', '{}', offered('')]) {
    expect((await read({ ...pull, event_payload }))?.data).toMatchObject({
      workflow_run: { head_branch: '#7' },
    })
  }
  expect(await read({ prettyref: 'v1', event_payload: offered('try') })).toMatchObject({
    data: { workflow_run: { head_branch: 'v1' } },
  })
})
