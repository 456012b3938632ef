import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { gitHubDay } from '#sources/github/day.ts'
import { door } from '#sources/github/door.ts'
import type { HubEvent } from '../../ingest/event.ts'
import { readWebhook } from '../../ingest/webhook.ts'
import { problemOf } from '../http/problem.ts'
import { replayGithub } from './replay.ts'

/** The hook alone, with our own reader behind it. */
async function hook(secret: string) {
  const events: HubEvent[] = []
  const server = createServer(async (request, response) => {
    const post = { headers: request.headers, body: await buffer(request), now: Date.now() }
    const reading = await readWebhook(door, secret, post)
    if ('events' in reading) {
      events.push(...reading.events)
      response.writeHead(202).end('{}')
    } else {
      const { problem } = problemOf(reading)
      response.writeHead(problem.status).end(JSON.stringify(problem))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events }
}

test('a day is delivered whole, happening now', { timeout: 60_000 }, async () => {
  const { url, events } = await hook('s')
  const lines: string[] = []
  const before = Date.now()
  await replayGithub({ url, secret: 's', rate: 1000, print: (line) => lines.push(line) })
  expect(events).toHaveLength(gitHubDay().length)
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  for (const { time } of events) {
    // Pushes tell whole seconds.
    expect(time).toBeGreaterThan(before - 1_001)
    expect(time).toBeLessThanOrEqual(Date.now())
  }
  expect(lines.at(-1)).toContain(`All ${events.length} were accepted`)
})

test('it leaves open pull requests and builds in several states', () => {
  const now = Date.UTC(2030, 0, 1)
  const sent = gitHubDay().map(({ event, payload }) => ({ event, ...JSON.parse(payload(now)) }))
  const pulls = new Map<number, string>()
  for (const { pull_request: pull } of sent) if (pull) pulls.set(pull.number, pull.state)
  expect([...pulls]).toEqual([
    [2, 'closed'],
    [4, 'closed'],
    [6, 'closed'],
    [8, 'open'],
    [10, 'open'],
  ])
  const checks = sent.filter(({ event }) => event === 'check_run').map(({ check_run: run }) => run.conclusion)
  expect(new Set(checks)).toEqual(new Set([null, 'failure', 'success']))
  const runs = sent
    .filter(({ event }) => event === 'workflow_run')
    .map(({ workflow_run: run }) => run.run_number)
  expect(new Set(runs).size).toBe(5)
  const [run] = sent.filter(({ event, action }) => event === 'workflow_run' && action === 'completed')
  expect(run.workflow_run.updated_at).toBe('2030-01-01T00:00:00.000Z')
  expect(Date.parse(run.workflow_run.created_at)).toBeLessThan(now)
  expect(sent[5].pull_request.html_url).toBe('https://github.com/Codertocat/Hello-World/pull/2')
  expect(sent.at(-20).repository.full_name).toBe('Codertocat/Hello-World')
})

test('another secret is told apart', async () => {
  const { url, events } = await hook('theirs')
  const replay = replayGithub({ url, secret: 'ours', rate: 1000, print: () => {} })
  await expect(replay).rejects.toThrow('GITHUB_WEBHOOK_SECRET is not the one Hubs was started with')
  expect(events).toEqual([])
})

test('a refusal is told with its reason', async () => {
  const { url } = await hook('s')
  const bad = { id: 'x', event: 'push', payload: () => '[]' }
  const replay = replayGithub({ url, secret: 's', rate: 10, deliveries: [bad], print: () => {} })
  await expect(replay).rejects.toThrow('A push delivery was refused with 400: The payload is no JSON object.')
})

test('nobody there is told with the address', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const replay = replayGithub({ url: `http://127.0.0.1:${port}`, secret: 's', rate: 10, print: () => {} })
  await expect(replay).rejects.toThrow(`No Hubs answers at http://127.0.0.1:${port}`)
})
