import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HubView } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import {
  at,
  type Delivered,
  forgejoRun,
  giteaDeliveries,
  ofOrganization,
  otherDeliveries,
} from '#sources/github/forges.fixtures.ts'
import { openWholeFront, type WholeFront } from './whole-front.fixtures.ts'

const ADMIN_API_TOKEN = 'hubs_admin_token_of_the_tests'
const SECRET = 'a-webhook-secret-of-the-tests'

let product: WholeFront & { readonly url: string }
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
  product = { ...front, url: `http://127.0.0.1:${front.port}/api/v1` }
}, 120_000)
afterAll(() => product?.stop())

interface Answered {
  readonly status: number
  readonly detail?: string
  readonly duplicates?: readonly string[]
}
async function post(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answered> {
  const all = { 'content-type': 'application/json', ...headers }
  const response = await fetch(`${product.url}${path}`, { method: 'POST', headers: all, body })
  return { ...((await response.json()) as object), status: response.status }
}

/** As Gitea and Forgejo do: GitHub's headers beside their own, with no event for what they know by its type alone. */
function deliver({ event: type, payload }: Delivered): Promise<Answered> {
  const body = JSON.stringify(payload)
  const signature = createHmac('sha256', SECRET).update(body).digest('hex')
  const event = ['package', 'status'].includes(type) ? '' : type
  return post('/hooks/github', body, {
    ...{ 'x-gitea-event': event, 'x-gitea-event-type': type, 'x-gitea-signature': signature },
    ...{ 'x-github-event': event, 'x-github-event-type': type, 'x-hub-signature-256': `sha256=${signature}` },
  })
}

const publish = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  post('/events', JSON.stringify(body), { authorization: `Bearer ${ADMIN_API_TOKEN}`, ...headers })

async function put(slug: string, type: string, config: object): Promise<string> {
  const widgets = [{ type, config, position: { x: 0, y: 0, w: 4, h: 4 } }]
  const response = await fetch(`${product.url}/hubs/${slug}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ADMIN_API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: slug, visibility: 'public', widgets }),
  })
  return ((await response.json()) as HubView).widgets[0]?.id ?? ''
}
async function shown(slug: string, id: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${product.url}/hubs/${slug}/snapshot`, {
    headers: { authorization: `Bearer ${ADMIN_API_TOKEN}` },
  })
  return Object(((await response.json()) as Snapshot).widgets[id]?.data)
}
interface Line {
  readonly actor?: string
  readonly text: string
  readonly href?: string
  readonly time?: number
}
const linesOf = async (slug: string, id: string) => ((await shown(slug, id)).lines ?? []) as readonly Line[]
const textsOf = async (slug: string, id: string) =>
  (await linesOf(slug, id)).map(({ actor, text }) => [actor, text].filter(Boolean).join(' '))

const machine = /undefined|null|NaN|\[object|2099|@example|glpat|glrt|[0-9a-f]{20}|[{}]/

test('deliveries of Gitea and Forgejo are taken once by the door of GitHub', async () => {
  const activity = await put('gitea', 'activity', { topics: ['github.>'], limit: 100 })
  const all = [...Array(12).keys()].flatMap((n) => [
    ...giteaDeliveries(n + 1),
    ...[ofOrganization(n + 1), forgejoRun(n + 1)],
  ])
  expect(all.length).toBeGreaterThan(200)
  const refused = []
  for (const each of all) {
    const { status, detail } = await deliver(each)
    if (status !== 202) refused.push([each.event, status, detail])
  }
  expect(refused).toEqual([])
  for (const each of all.slice(0, 20)) expect((await deliver(each)).duplicates).toHaveLength(1)

  await expect.poll(() => product.figure('hubs_events_logged_total')).toBe(all.length)
  await expect.poll(async () => (await linesOf('gitea', activity)).length).toBeGreaterThan(30)
  for (const line of await textsOf('gitea', activity)) expect(line).not.toMatch(machine)
  for (const { href } of await linesOf('gitea', activity)) expect(href ?? '').not.toContain('github.com')
})

test('what Gitea calls by other words is told as what it is', async () => {
  const activity = await put('words', 'activity', { topics: ['github.acme.words.>'], limit: 100 })
  const pulls = await put('pulls', 'pulls', { repositories: ['acme/words'] })
  const builds = await put('builds', 'builds', { repositories: ['acme/words'], topics: [] })
  for (const each of giteaDeliveries(5, 'acme/words')) await deliver(each)
  const told = [
    'anna approved pull request #5 Change 5 in acme/words',
    'anna asked for changes to pull request #5 Change 5 in acme/words',
    'anna reviewed pull request #5 Change 5 in acme/words',
    'anna pushed 12 commits to main in acme/words',
    'anna commented on pull request #5 Fault 5 in acme/words',
    'anna forked acme/words to ben/f5',
    'ci failed on main in acme/words',
    'woodpecker passed in acme/words',
  ]
  await expect.poll(() => textsOf('words', activity)).toEqual(expect.arrayContaining(told))
  const lines = await linesOf('words', activity)
  expect(lines.find(({ text }) => text.startsWith('pushed 12'))?.href).toContain('/compare/')
  await expect.poll(() => shown('pulls', pulls)).toMatchObject({ pulls: [{ number: 5, author: 'anna' }] })
  const failed = { job: 'ci', branch: 'main', state: 'failed' }
  await expect.poll(() => shown('builds', builds)).toMatchObject({ builds: [failed] })
})

test('runs of Actions are told as Forgejo ends them', async () => {
  const activity = await put('runs', 'activity', { topics: ['github.acme.runs.>'], limit: 100 })
  const builds = await put('ended', 'builds', { repositories: ['acme/runs'], topics: [] })
  const buildsShown = () => shown('ended', builds).then((data) => data.builds)
  const run = (n: number, told: object = {}, outcome?: string) => forgejoRun(n, 'acme/runs', told, outcome)

  await deliver(run(4))
  const failed = { job: 'ci.yml', branch: 'main', state: 'failed', version: '#4' }
  await expect.poll(buildsShown).toMatchObject([failed])

  // A success after a failure is told twice.
  const passed = run(5, { started: at(12), stopped: at(11) }, 'success')
  await deliver({
    event: 'action_run_recover',
    payload: { ...passed.payload, action: 'recover', last_run: run(4).payload.run },
  })
  await deliver(passed)
  await expect.poll(buildsShown).toMatchObject([{ state: 'passed', version: '#5' }])

  // A rerun has its number and another start, or none when it was given up before; what was not good is a failure.
  await deliver(run(5, { started: at(9), stopped: at(8) }))
  await expect.poll(buildsShown).toMatchObject([{ state: 'failed', version: '#5' }])
  const never = '1970-01-01T00:00:00Z'
  await deliver(run(5, { status: 'cancelled', started: never, stopped: at(7), updated: at(7) }))
  await expect.poll(buildsShown).toMatchObject([{ state: 'cancelled', version: '#5' }])

  const head = { label: 'try', ref: 'try', sha: 'a'.repeat(40) }
  await deliver(
    run(6, {
      ...{ prettyref: '#7', event: 'pull_request', trigger_event: 'pull_request' },
      event_payload: JSON.stringify({ action: 'opened', number: 7, pull_request: { number: 7, head } }),
    }),
  )
  await expect.poll(buildsShown).toMatchObject([{ branch: 'try', state: 'failed' }, { branch: 'main' }])
  expect((await textsOf('runs', activity)).sort()).toEqual([
    'ci.yml failed on main in acme/runs',
    'ci.yml failed on try in acme/runs',
    'ci.yml was cancelled on main in acme/runs',
  ])
})

test('forges that cannot use the door of GitHub are told what to do', async () => {
  for (const { forge, headers, payload } of otherDeliveries(1)) {
    const { status, detail } = await post('/hooks/github', JSON.stringify(payload), headers)
    expect(status).toBe(401)
    expect(detail).toContain(forge)
    expect(detail).toContain('/api/v1/events')
  }
})

test('deliveries of GitLab, Bitbucket and Azure DevOps make sentences as the data of a topic', async () => {
  const topics = ['gitlab.>', 'bitbucket.>', 'azure.>']
  const activity = await put('others', 'activity', { topics, limit: 100 })
  const all = [...Array(10).keys()].flatMap((n) => otherDeliveries(n + 1))
  expect(all.length).toBeGreaterThan(100)
  const attributes = (topic: string, id: number | string) => ({
    ...{ 'ce-specversion': '1.0', 'ce-id': `forge-${id}`, 'ce-source': 'forges', 'ce-type': topic },
  })
  for (const [id, { topic, payload }] of all.entries()) {
    expect(await publish(payload, attributes(topic, id))).toMatchObject({ status: 202 })
    expect((await publish(payload, attributes(topic, id))).duplicates).toHaveLength(1)
  }
  await expect
    .poll(() => textsOf('others', activity))
    .toContain('azure web build complete reported 10 times, last Build web_10 succeeded')
  for (const line of await textsOf('others', activity)) expect(line).not.toMatch(machine)

  // A header that a forge always sends the same names one event only.
  const [first, second] = all
  await publish(first?.payload, attributes('gitlab.fixed', 'fixed'))
  expect((await publish(second?.payload, attributes('gitlab.fixed', 'fixed'))).status).toBe(409)
  expect(await product.figure('hubs_loads_failed_total')).toBe(0)
  expect(await product.figure('hubs_events_unlogged_total')).toBe(0)
  expect(await product.figure('hubs_dead_letters_total')).toBe(0)
})

test('builds of other forges are shown as the guide maps them', async () => {
  const builds = await put('ci', 'builds', { repositories: [], topics: ['ci.>'] })
  // What GitLab's template of the guide renders, and the words of the others.
  const build = (forge: string, status: string) => ({
    ...{ specversion: '1.0', id: `31-${status}-`, source: `https://${forge}.example.org/g/web` },
    ...{ type: `ci.${forge}`, data: { job: forge, repository: 'g/web', branch: 'main', status } },
  })
  const told = [
    ...['created', 'pending', 'running', 'success'].map((status) => build('gitlab', status)),
    ...['INPROGRESS', 'SUCCESSFUL', 'FAILED', 'STOPPED'].map((status) => build('bitbucket', status)),
    ...['succeeded', 'partiallySucceeded'].map((status) => build('azure', status)),
  ]
  for (const each of told) expect(await publish(each)).toMatchObject({ status: 202 })
  const states = async () => {
    const { builds: shownBuilds = [] } = await shown('ci', builds)
    const all = shownBuilds as readonly { readonly job: string; readonly state: string }[]
    return Object.fromEntries(all.map(({ job, state }) => [job, state]))
  }
  await expect.poll(states).toEqual({ gitlab: 'passed', bitbucket: 'cancelled', azure: 'failed' })
})
