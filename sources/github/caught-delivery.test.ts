import { sign } from '@octokit/webhooks-methods'
import { expect, test } from 'vitest'
import { readWebhook } from '#backend/ingest/webhook.ts'
import { deliver, every, example, now, secret } from './delivered.fixtures.ts'
import { door } from './door.ts'
import { fitsEvent } from './fits-event.ts'

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
    refused: 'unproven',
  })
})

test('a delivery that was caught is no form with another payload', async () => {
  const forged = { ...example('pull_request', 'closed'), forged: true }
  const title = `a&payload=${encodeURIComponent(JSON.stringify(forged))}&b`
  const caught = { ...example('pull_request', 'opened'), title }
  expect('events' in (await deliver('pull_request', caught))).toBe(true)
  // What its type is called nobody has signed.
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await deliver('pull_request', caught, { headers })).toMatchObject({ refused: 'malformed' })
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
    refused: 'malformed',
    errors: [{ field: 'x-github-event' }],
  })
})
