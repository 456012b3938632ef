import { expect, test } from '@playwright/test'
import { deliver, delivery, type SentDelivery, WEBHOOK_SECRET } from '#sources/github/sent.fixtures.ts'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { random } from '#testing/random.ts'
import { openSse } from '#testing/sse.ts'
import { openStores, type RealStores } from '#testing/stores.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'

let stores: RealStores
let fronts: readonly RunningProduct[]
let daemons: readonly RunningProduct[]
let truth: Truth

test.beforeAll(async () => {
  ;[truth, stores] = await Promise.all([openTruth(), openStores()])
  const env = {
    HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN,
    HUBS_FETCH_ALLOW: '127.0.0.1/32',
    GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
  }
  const start = (roles: string) => startProduct({ mode: 'real', roles, stores, env })
  fronts = await Promise.all([start('web,stream'), start('web,stream')])
  daemons = await Promise.all([start('daemon'), start('daemon')])
})
test.afterAll(async () => {
  await Promise.all([...(fronts ?? []), ...(daemons ?? [])].map((product) => product.stop()))
  await stores?.stop()
  await truth?.close()
})

const url = (place: number): string => fronts[place % fronts.length]?.url ?? ''

test('an event taken at either node reaches the browsers of both, whichever daemon is there', async ({
  browser,
}) => {
  truth.set('both', 1)
  const hub = await api(url(0)).put('both', hubOf('Both', [numberWidget(truth.url('both'), 'both')]))
  const id = hub.widgets[0]?.id ?? ''
  const pages = await Promise.all(fronts.map(async () => (await browser.newContext()).newPage()))
  for (const [place, page] of pages.entries()) {
    // The second node may not have heard of it: it reads the log of changes before it says that there is none.
    expect((await fetch(`${url(place)}/both`)).status).toBe(200)
    await page.goto(`${url(place)}/both`)
    await untilLine(page, 'live')
    await untilFigure(page, id, 1)
  }
  let value = 1
  async function changeAt(place: number): Promise<void> {
    truth.set('both', ++value)
    await api(url(place)).publish('both')
    for (const page of pages) await untilFigure(page, id, value)
  }
  await changeAt(0)
  await changeAt(1)
  for (const daemon of daemons) {
    await daemon.kill()
    await changeAt(0)
    await changeAt(1)
    await daemon.restart()
  }
  for (const page of pages) await page.context().close()
})

/** How many widgets a process knows. */
async function placed(at: string): Promise<number> {
  const metrics = await (await fetch(`${at}/metrics`)).text()
  return Number(/^hubs_widgets (\d+)$/m.exec(metrics)?.[1])
}

test('each key is loaded once, however many nodes and streams show it', async () => {
  const names = ['once.a', 'once.b', 'once.c', 'once.d', 'once.e']
  for (const name of names) truth.set(name, 1)
  // Slow enough that every stream has asked before the first load ends.
  truth.delay(400)
  const before = await placed(url(0))
  const hub = await api(url(0)).put(
    'once',
    hubOf(
      'Once',
      names.map((name) => numberWidget(truth.url(name), name)),
    ),
  )
  // A daemon that learns of a widget makes its key stale, so all are to know of these before the first load.
  for (const product of [...fronts, ...daemons])
    await expect.poll(() => placed(product.url), PATIENCE).toBe(before + names.length)
  const streams = await Promise.all(
    Array.from({ length: 6 }, (_, n) => openSse(`${url(n)}/api/v1/stream?hub=once`)),
  )
  const all = async (value: number): Promise<void> => {
    for (const stream of streams)
      for (const { id } of hub.widgets)
        await stream.until(
          ({ name, data }) => name === 'widget' && data.id === id && data.data?.value === value,
        )
  }
  await all(1)
  expect(names.map((name) => truth.loads(name))).toEqual([1, 1, 1, 1, 1])

  for (const name of names) truth.set(name, 2)
  await Promise.all(names.map((name, n) => api(url(n)).publish(name)))
  await all(2)
  expect(names.map((name) => truth.loads(name))).toEqual([2, 2, 2, 2, 2])
  truth.delay(0)
  for (const stream of streams) stream.close()
})

const REPOSITORY = 'acme/api'
const hourAgo = Date.now() - 3_600_000
const minute = (n: number): string => new Date(hourAgo + n * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')

/** A morning of a repository, in the order it happened. */
function pullDeliveries(): SentDelivery[] {
  const pull = (number: number, action: string, at: number, changes: object = {}) =>
    delivery(`pull-${number}-${action}-${at}`, 'pull_request', action, REPOSITORY, {
      ...{ number, title: `Pull ${number}`, state: 'open', draft: false },
      ...{ created_at: minute(0), updated_at: minute(at) },
      ...changes,
    })
  return [
    pull(1, 'opened', 1),
    pull(2, 'opened', 2),
    pull(3, 'opened', 3),
    pull(1, 'synchronize', 4),
    pull(3, 'closed', 5, { state: 'closed' }),
    pull(2, 'edited', 6, { title: 'Pull 2, renamed' }),
    pull(1, 'closed', 7, { state: 'closed' }),
    pull(3, 'reopened', 8),
  ]
}

function runDeliveries(): SentDelivery[] {
  const run = (
    workflow: number,
    number: number,
    status: string,
    at: number,
    conclusion: string | null = null,
  ) =>
    delivery(`run-${workflow}-${number}-${status}`, 'workflow_run', status, REPOSITORY, {
      ...{
        name: `Workflow ${workflow}`,
        workflow_id: workflow,
        run_number: number,
        run_attempt: 1,
        event: 'push',
      },
      ...{ status, conclusion, head_branch: 'main', run_started_at: minute(at), updated_at: minute(at) },
    })
  return [
    run(1, 10, 'in_progress', 1),
    run(1, 10, 'completed', 2, 'failure'),
    run(2, 5, 'completed', 3, 'success'),
    run(1, 11, 'queued', 4),
    run(1, 11, 'in_progress', 5),
    run(1, 11, 'completed', 6, 'success'),
    run(2, 6, 'in_progress', 7),
    run(2, 6, 'completed', 8, 'failure'),
  ].map(withoutWorkflow)
}

/** The example's own workflow would name every run the same. */
function withoutWorkflow({ payload, ...rest }: SentDelivery): SentDelivery {
  return { ...rest, payload: { ...payload, workflow: null } }
}

test('pulls, builds and activity end right with deliveries twice and in any order', async () => {
  const chance = random('deliveries')
  const position = { x: 0, y: 0, w: 4, h: 4 }
  const hub = await api(url(0)).put(
    'morning',
    hubOf('Morning', [
      { type: 'pulls', config: { repositories: [REPOSITORY] }, position },
      {
        type: 'builds',
        config: { repositories: [REPOSITORY], topics: ['ci.morning'] },
        position: { ...position, x: 4 },
      },
      { type: 'activity', config: { topics: ['story.>'], limit: 50 }, position: { ...position, x: 8 } },
    ]),
  )
  const [pulls = '', builds = '', activity = ''] = hub.widgets.map(({ id }) => id)
  for (const place of fronts.keys())
    await expect
      .poll(async () => (await api(url(place)).send('GET', '/api/v1/hubs/morning')).status, PATIENCE)
      .toBe(200)
  const stream = await openSse(`${url(0)}/api/v1/stream?hub=morning`)

  const said = Array.from({ length: 12 }, (_, n) => ({
    id: `part-${n}`,
    message: `Chapter ${n}`,
    time: minute(n),
  }))
  const docs = (status: string, at: number) => ({ id: `docs-${status}`, job: 'docs', status, at })
  const jobs = [docs('running', 1), docs('passed', 2), docs('failed', 3)]
  const sendings: ((place: number) => Promise<number>)[] = [
    ...[...pullDeliveries(), ...runDeliveries()].map(
      (each) => async (place: number) => (await deliver(url(place), each)).status,
    ),
    ...said.map(({ id, message, time }) => async (place: number) => {
      const event = { specversion: '1.0', id, source: 'story', type: `story.${id}`, time, data: { message } }
      return (await send(place, event)).status
    }),
    ...jobs.map(({ id, job, status, at }) => async (place: number) => {
      const moment = status === 'running' ? { startedAt: minute(at) } : { finishedAt: minute(at) }
      const data = { job, status, branch: 'main', ...moment }
      return (
        await send(place, {
          specversion: '1.0',
          id,
          source: 'ci',
          type: 'ci.morning',
          time: minute(at),
          data,
        })
      ).status
    }),
  ]
  const send = (place: number, event: object) =>
    api(url(place)).send('POST', '/api/v1/events', event, { 'content-type': 'application/cloudevents+json' })

  const order = chance.shuffled([...sendings, ...sendings])
  const waiting = [...order.entries()]
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) expect(await next[1](next[0])).toBe(202)
    }),
  )

  interface Shown {
    readonly pulls: readonly { readonly number: number; readonly title: string }[]
    readonly builds: readonly { readonly job: string; readonly state: string }[]
    readonly lines: readonly { readonly text: string; readonly count: number }[]
  }
  for (const place of fronts.keys()) {
    const shown = async (id: string) =>
      (await api(url(place)).snapshot('morning')).widgets[id]?.data as unknown as Shown
    await expect
      .poll(async () => (await shown(pulls)).pulls.map(({ number, title }) => `${number} ${title}`), PATIENCE)
      .toEqual(['3 Pull 3', '2 Pull 2, renamed'])
    await expect
      .poll(async () => (await shown(builds)).builds.map(({ job, state }) => `${job} ${state}`), PATIENCE)
      .toEqual(['Workflow 2 failed', 'docs failed', 'Workflow 1 passed'])
    await expect
      .poll(async () => (await shown(activity)).lines.map(({ text }) => text), PATIENCE)
      .toEqual(said.map(({ id, message }) => `story ${id}: ${message}`).reverse())
  }
  stream.close()
})
