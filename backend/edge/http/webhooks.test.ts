import { createHmac } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Explanation } from '#contract/explanation.ts'
import type { HubView } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import { openWholeFront, type WholeFront } from './whole-front.fixtures.ts'

const ADMIN_API_TOKEN = 'hubs_admin_token_of_the_tests'
const SECRET = 'a-webhook-secret-of-the-tests'

type Payload = Readonly<Record<string, unknown>>

// The package is CommonJS with its examples as JSON.
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  readonly name: string
  readonly examples: readonly Payload[]
}[]

interface Sent {
  readonly id: string
  readonly event: string
  readonly payload: Payload
}

let product: WholeFront & { readonly url: string }
let deliveries = 0

beforeAll(async () => {
  const front = await openWholeFront(
    {
      HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN,
      GITHUB_WEBHOOK_SECRET: SECRET,
      DATABASE_URL: 'postgres://x',
      HUBS_SECRET: 's'.repeat(32),
    },
    { daemon: true },
  )
  product = { ...front, url: `http://127.0.0.1:${front.port}` }
}, 120_000)
afterAll(() => product?.stop())

const sent = (event: string, payload: Payload): Sent => ({ id: `delivery-${deliveries++}`, event, payload })

function deliver({ id, event, payload }: Sent): Promise<Response> {
  const body = JSON.stringify(payload)
  return fetch(`${product.url}/api/v1/hooks/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    },
    body,
  })
}

async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${product.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_API_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

/** Sends them as GitHub does, a few at a time; the answers in order. */
async function sendAll(all: readonly Sent[]): Promise<readonly { status: number; duplicate: boolean }[]> {
  const answers: { status: number; duplicate: boolean }[] = []
  const waiting = [...all.entries()]
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [index, each] = next
        const answer = await deliver(each)
        const body = (await answer.json()) as { duplicates?: readonly string[] }
        answers[index] = { status: answer.status, duplicate: body.duplicates !== undefined }
      }
    }),
  )
  return answers
}

const position = { x: 0, y: 0, w: 4, h: 4 }
const minutesAgo = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')

async function put(slug: string, widgets: readonly unknown[]): Promise<readonly string[]> {
  const document = { title: slug, visibility: 'public', widgets }
  const hub = await call<HubView>('PUT', `/hubs/${slug}`, document)
  return hub.widgets.map(({ id }) => id)
}

async function shown<Data>(slug: string, id: string | undefined): Promise<Data | undefined> {
  return (await call<Snapshot>('GET', `/hubs/${slug}/snapshot`)).widgets[id ?? '']?.data as Data | undefined
}

interface Lines {
  readonly lines: readonly { readonly actor?: string; readonly text: string }[]
}
interface Builds {
  readonly builds: readonly {
    readonly job: string
    readonly state: string
    readonly before?: string
    readonly branch?: string
  }[]
}
interface Pulls {
  readonly pulls: readonly { readonly number: number }[]
  readonly moved?: readonly { readonly from: string; readonly to?: string }[]
}
const read = async (slug: string, id: string | undefined) =>
  (await shown<Lines>(slug, id))?.lines.map(({ actor, text }) =>
    actor === undefined ? text : `${actor} ${text}`,
  )
const built = async (slug: string, id: string | undefined) =>
  (await shown<Builds>(slug, id))?.builds.map(({ job, branch, state, before }) =>
    [job, branch, state, before].filter(Boolean).join(' '),
  )

test('three hundred deliveries of GitHub: each is taken once, and none is a fault', async () => {
  const all = examples.flatMap(({ name, examples: payloads }) =>
    payloads.map((payload) => sent(name, payload)),
  )
  // Of a second repository as well, with the same numbers.
  const more = all.slice(0, 320 - all.length).map(({ event, payload }) => {
    const repository = { ...Object(payload.repository), full_name: 'Octocoders/Second' }
    return sent(event, { ...payload, ...('repository' in payload ? { repository } : {}), second: true })
  })
  const [everything] = await put('everything', [
    { type: 'activity', config: { topics: ['github.>'], limit: 100 }, position },
  ])
  const answers = await sendAll([...all, ...more])
  expect(answers.length).toBeGreaterThanOrEqual(300)
  expect(answers.filter(({ status }) => status !== 202)).toEqual([])

  const again = await sendAll(all.slice(0, 100).map(({ event, payload }) => sent(event, payload)))
  expect(again.every(({ status, duplicate }) => status === 202 && duplicate)).toBe(true)
  const asAnother = all
    .filter(({ event }) => event === 'pull_request')
    .map(({ payload }) => sent('issues', payload))
  expect((await sendAll(asAnother)).every(({ status }) => status === 400)).toBe(true)

  // Each is in the event log, once.
  const taken = new Set([...all, ...more].map(({ payload }) => JSON.stringify(payload)))
  await expect.poll(() => product.figure('hubs_events_logged_total')).toBe(taken.size)
  expect(await product.figure('hubs_events_unlogged_total')).toBe(0)
  expect(await product.figure('hubs_dead_letters_total')).toBe(0)
  expect(await product.figure('hubs_loads_failed_total')).toBe(0)
  await expect.poll(async () => (await read('everything', everything))?.length ?? 0).toBeGreaterThan(30)
  for (const line of (await read('everything', everything)) ?? [])
    expect(line).not.toMatch(/undefined|null|\[object/)
})

const of = (full_name: string) => ({
  repository: { full_name, html_url: `https://github.com/${full_name}`, default_branch: 'main' },
  sender: { login: 'octocat' },
})

test('a branch that is made and deleted is told once each', async () => {
  const [activity] = await put('branches', [
    { type: 'activity', config: { topics: ['github.acme.create.>'] }, position },
  ])
  const ref = { ref: 'feature/x', ref_type: 'branch', master_branch: 'main', ...of('acme/create') }
  const push = { ref: 'refs/heads/feature/x', before: '0'.repeat(40), after: 'a'.repeat(40), commits: [] }
  const pushed = (minutes: number, more: object) => {
    const { repository, sender } = of('acme/create')
    const pushed_at = Math.floor(Date.now() / 1000) - minutes * 60
    return sent('push', { ...push, repository: { ...repository, pushed_at }, sender, ...more })
  }
  await sendAll([
    sent('create', ref),
    pushed(2, { created: true, deleted: false, head_commit: { message: 'm', timestamp: minutesAgo(9) } }),
    sent('delete', { ...ref, master_branch: undefined }),
    pushed(1, { created: false, deleted: true, head_commit: null }),
  ])
  await expect
    .poll(async () => (await read('branches', activity))?.toSorted())
    .toEqual([
      'octocat created branch feature/x in acme/create',
      'octocat deleted branch feature/x in acme/create',
    ])
})

test('a failed check among passed ones, a rerun, and a commit status', async () => {
  const [activity, builds] = await put('checks', [
    { type: 'activity', config: { topics: ['github.acme.matrix.>'] }, position },
    {
      type: 'builds',
      config: { repositories: ['acme/matrix'], topics: [] },
      position: { ...position, x: 4 },
    },
  ])
  const check = (id: number, name: string, conclusion: string) =>
    sent('check_run', {
      action: 'completed',
      check_run: {
        ...{ id, name, conclusion, status: 'completed', head_sha: 'abc', completed_at: minutesAgo(5) },
        ...{ app: { slug: 'github-actions' }, check_suite: { head_branch: 'main' } },
      },
      ...of('acme/matrix'),
    })
  const run = (action: string, conclusion: string | null, minutes: number) =>
    sent('workflow_run', {
      action,
      workflow_run: {
        ...{ id: 9, name: 'CI', run_number: 7, run_attempt: 1, event: 'push', status: action, conclusion },
        ...{
          head_branch: 'main',
          workflow_id: 5,
          run_started_at: minutesAgo(minutes),
          updated_at: minutesAgo(minutes),
        },
      },
      workflow: { id: 5, name: 'CI' },
      ...of('acme/matrix'),
    })
  const status = sent('status', {
    ...{
      id: 1,
      sha: 'abc',
      name: 'acme/matrix',
      context: 'ci/jenkins',
      state: 'error',
      branches: [{ name: 'main' }],
    },
    ...{ updated_at: minutesAgo(3), ...of('acme/matrix') },
  })
  await sendAll([
    check(1, 'build (ubuntu, 18)', 'success'),
    check(2, 'build (windows, 18)', 'failure'),
    check(3, 'build (macos, 20)', 'success'),
    run('completed', 'failure', 9),
    run('in_progress', null, 4),
    status,
  ])
  await expect
    .poll(() => read('checks', activity))
    .toEqual([
      'ci/jenkins failed in acme/matrix',
      '1 of 3 checks failed on main in acme/matrix: build (windows, 18)',
      'CI failed on main in acme/matrix',
    ])
  await expect
    .poll(() => built('checks', builds))
    .toEqual(['ci/jenkins main failed', 'CI main running failed'])
})

test('a repository that is renamed leaves no pull request open', async () => {
  const [pulls] = await put('renamed', [
    { type: 'pulls', config: { repositories: ['acme/oldname'] }, position },
  ])
  const pull = (state: string, minutes: number, name: string) =>
    sent('pull_request', {
      ...{ action: state === 'open' ? 'opened' : 'closed', number: 1 },
      pull_request: { number: 1, title: 'PR', state, updated_at: minutesAgo(minutes) },
      ...of(name),
    })
  await sendAll([pull('open', 9, 'acme/oldname')])
  await expect
    .poll(async () => (await shown<Pulls>('renamed', pulls))?.pulls.map(({ number }) => number))
    .toEqual([1])
  await sendAll([
    sent('repository', {
      action: 'renamed',
      changes: { repository: { name: { from: 'oldname' } } },
      ...of('acme/newname'),
    }),
    pull('closed', 1, 'acme/newname'),
  ])
  await expect
    .poll(() => shown<Pulls>('renamed', pulls))
    .toMatchObject({ pulls: [], moved: [{ from: 'acme/oldname', to: 'acme/newname' }] })
})

test('a repository that is deleted leaves nothing, though nothing changed it since what is newer', async () => {
  const [builds, pulls] = await put('gone', [
    { type: 'builds', config: { repositories: ['acme/gone'], topics: [] }, position },
    { type: 'pulls', config: { repositories: ['acme/gone'] }, position: { ...position, x: 4 } },
  ])
  // Runs of a schedule and pull requests leave the repository's own time as it was.
  const gone = { ...of('acme/gone').repository, updated_at: minutesAgo(3000), pushed_at: minutesAgo(3000) }
  await sendAll([
    sent('workflow_run', {
      ...{ action: 'completed', workflow: { id: 1, name: 'nightly' }, ...of('acme/gone'), repository: gone },
      workflow_run: {
        ...{ id: 1, name: 'nightly', workflow_id: 1, run_number: 1, run_attempt: 1, event: 'schedule' },
        ...{ status: 'completed', conclusion: 'failure', head_branch: 'main' },
        ...{ run_started_at: minutesAgo(60), updated_at: minutesAgo(59) },
      },
    }),
    sent('pull_request', {
      ...{ action: 'opened', number: 1, ...of('acme/gone'), repository: gone },
      pull_request: { number: 1, title: 'PR', state: 'open', updated_at: minutesAgo(50) },
    }),
  ])
  await expect.poll(() => built('gone', builds)).toEqual(['nightly main failed'])
  await expect.poll(() => shown<Pulls>('gone', pulls)).toMatchObject({ pulls: [{ number: 1 }] })
  await sendAll([sent('repository', { action: 'deleted', ...of('acme/gone'), repository: gone })])
  const moved = [{ from: 'acme/gone' }]
  await expect.poll(() => shown<Builds>('gone', builds)).toMatchObject({ builds: [], moved })
  await expect.poll(() => shown<Pulls>('gone', pulls)).toMatchObject({ pulls: [], moved })
})

test('an event of the year 2099 pins no job', async () => {
  const [builds] = await put('future', [
    { type: 'builds', config: { repositories: [], topics: ['ci.future'] }, position },
  ])
  const publish = (data: object, time?: string) =>
    call('POST', '/events', {
      ...{ specversion: '1.0', id: `event-${deliveries++}`, source: 'test', type: 'ci.future', data },
      ...(time === undefined ? {} : { time }),
    })
  await publish({ job: 'web', status: 'failed', finishedAt: '2099-01-01T00:00:00Z' }, '2099-01-01T00:00:00Z')
  await expect.poll(() => built('future', builds)).toEqual(['web failed'])
  await publish({ job: 'web', status: 'success' })
  await expect.poll(() => built('future', builds)).toEqual(['web passed'])
  const told = await call<Explanation>('GET', `/widgets/${builds}/explain`)
  expect(told.loads[0]?.notes).toEqual(['1 event tells a time that cannot be, and counts as of its arrival.'])
  expect(told.events[1]?.saidTime).toBe(Date.UTC(2099, 0, 1))
})
