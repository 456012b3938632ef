import { createHmac } from 'node:crypto'
import fc from 'fast-check'

export const adminApiToken = 'an-admin-token-of-the-tests'
export const hookSecret = 'a-webhook-secret-of-the-tests'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Text that JSON may hold and much that comes after does not like. */
const hardText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u0000', '\ud800', '__proto__', 'constructor', '', 'a.b', '>', 'x'.repeat(3_000)),
)
const hardValue = fc.oneof(
  fc.jsonValue(),
  hardText,
  fc.constantFrom<unknown>(1e308, -1, 0.5, null, [], {}, [[]], Number.MAX_SAFE_INTEGER),
)
const near = (good: unknown) =>
  fc.oneof({ weight: 20, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: hardValue })
const hubDocument = fc.record(
  {
    title: near('A hub'),
    visibility: near('public'),
    summary: near('About'),
    embedOrigins: near(['https://a.example']),
    widgets: fc.array(
      fc.oneof(
        fc.constant({ type: 'notes', config: { text: 'Hello' }, position: { x: 0, y: 0, w: 4, h: 2 } }),
        fc.record(
          {
            id: near('a-1'),
            type: fc.constantFrom('notes', 'links', 'json', 'feed', 'clock', 'builds'),
            title: near('A title'),
            config: fc.oneof(near({ text: 'Hello' }), near({ url: 'https://a.example/x' }), hardValue),
            position: near({ x: 0, y: 0, w: 4, h: 2 }),
          },
          { requiredKeys: ['type', 'config', 'position'] },
        ),
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['title', 'visibility', 'widgets'] },
)
const event = fc.record(
  {
    specversion: near('1.0'),
    id: fc.oneof(fc.uuid(), hardValue),
    source: near('/ci'),
    type: near('ci.done'),
    topic: near('ci.web.done'),
    time: near('2026-01-31T12:00:00Z'),
    subject: near('web'),
    team: hardValue,
    data: hardValue,
  },
  { requiredKeys: ['specversion', 'id', 'source', 'type'] },
)
const events: fc.Arbitrary<unknown> = fc.oneof(event, fc.array(event, { maxLength: 3 }))
const delivery = fc.record(
  {
    action: near('opened'),
    repository: near({ full_name: 'acme/api', html_url: 'https://github.com/acme/api' }),
    sender: near({ login: 'a' }),
    commits: hardValue,
    pull_request: hardValue,
    workflow_run: hardValue,
    extra: hardValue,
  },
  { requiredKeys: [] },
)
const text = (value: unknown) => JSON.stringify(value) ?? ''
const trap = fc.constantFrom(
  '{"specversion":"1.0","id":"1","source":"s","type":"t","data":1e999}',
  '{"specversion":"1.0","id":"1","source":"s","type":"t","__proto__":{"data":1}}',
  '{"specversion":"1.0","id":"1","id":"2","source":"s","type":"t","data":{"__proto__":{"a":1}}}',
  '{"title":"a","visibility":"public","widgets":[],"__proto__":{}}',
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  `{"repository":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
)
/** Mostly what the route takes, or nearly. */
const bodyOf = (path: string): fc.Arbitrary<Buffer> => {
  const fit = path.startsWith('/api/v1/hubs/') ? hubDocument : path.endsWith('/github') ? delivery : events
  const written = fc.oneof(
    { weight: 12, arbitrary: fit.map(text) },
    { weight: 1, arbitrary: hardValue.map(text) },
    { weight: 1, arbitrary: trap },
  )
  return fc.oneof(
    { weight: 12, arbitrary: written.map((each) => Buffer.from(each)) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 500, size: 'max' }).map((bytes) => Buffer.from(bytes)),
    },
  )
}

const segment = fc.oneof(
  fc.constantFrom('kept', 'kept-1', 'other'),
  fc.constantFrom('nobody', '%00', '%2F', '%2e%2e', '%ED%A0%80', '0', '1e400', '-1'),
  fc.string({ unit: 'binary-ascii', maxLength: 10 }).map(encodeURIComponent),
  fc.string({ unit: 'grapheme', maxLength: 10 }).map(encodeURIComponent),
  fc.stringMatching(/^[!-"$-.0-~]{0,10}$/),
)
const target = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('PUT /api/v1/hubs/:', 'DELETE /api/v1/hubs/:') },
      { weight: 3, arbitrary: fc.constantFrom('POST /api/v1/events', 'POST /api/v1/hooks/github') },
      fc.constantFrom('GET /api/v1/hubs', 'GET /api/v1/hubs/:', 'GET /api/v1/hubs/:/snapshot'),
      fc.constantFrom(
        'GET /api/v1/widgets/:',
        'GET /api/v1/widgets/:/explain',
        'POST /api/v1/widgets/:/retry',
      ),
      fc.constantFrom('GET /api/v1/data/:/:/:', 'GET /api/v1/stream', 'GET /metrics', 'GET /readyz'),
      fc.constantFrom('GET /api/v1/widget-types', 'GET /api/v1/openapi.json', 'GET /embed.js'),
      fc.constantFrom('GET /:', 'GET /api/:', 'GET /api/v1/:'),
    ),
    fc.array(segment, { minLength: 3, maxLength: 3 }),
    fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS') },
    ),
  )
  .map(([route, segments, other]) => {
    const [method = '', template = ''] = route.split(' ')
    const path = segments.reduce((at, next) => at.replace(':', () => next), template)
    return { method: other ?? method, path: /^[!-~]+$/.test(path) ? path : '/' }
  })
const queryValue = fc.oneof(
  fc.constantFrom('kept', 'kept-1', '1:1', '0:0', '999999999999999:1', '1', '200', '%00', '%FF', '%'),
  fc.string({ unit: 'binary-ascii', maxLength: 20 }).map(encodeURIComponent),
)
const query = fc
  .array(fc.tuple(fc.constantFrom('hub', 'widget', 'cursor', 'limit', 'after', 'x'), queryValue), {
    maxLength: 4,
  })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'))

const headerText = fc.stringMatching(/^[ -~\u0080-\u00ff]{0,30}$/)
const authorization = fc.oneof(
  { weight: 8, arbitrary: fc.constant(`Bearer ${adminApiToken}`) },
  { weight: 1, arbitrary: headerText },
  { weight: 1, arbitrary: headerText.map((text) => `Bearer ${text}`) },
)
const headers = fc.record(
  {
    'content-type': fc.oneof(
      fc.constantFrom(
        'application/json',
        'application/cloudevents+json',
        'application/cloudevents-batch+json',
      ),
      fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'),
      headerText,
    ),
    'content-encoding': fc.constantFrom('gzip', 'identity'),
    'if-match': fc.oneof(
      fc.constant('*'),
      fc.constantFrom('*', '"1"', 'W/"1"', '"999999999999999"', ','),
      headerText,
    ),
    'if-none-match': fc.oneof(fc.constant('*'), headerText),
    'last-event-id': fc.oneof(fc.constantFrom('1:1', '0:0', '999999999999999:999999999999999'), headerText),
    'ce-specversion': fc.constant('1.0'),
    'ce-id': fc.oneof(fc.constantFrom('1', '%00', '%FF'), headerText),
    'ce-source': headerText,
    'ce-type': fc.oneof(fc.constant('ci.done'), headerText),
    'x-github-event': fc.oneof(fc.constantFrom('push', 'pull_request', '__proto__'), headerText),
    'x-github-delivery': fc.oneof(fc.uuid(), headerText),
    'x-hub-signature-256': headerText,
  },
  { requiredKeys: ['content-type', 'x-github-event', 'x-github-delivery'] },
)
export const anyRequest: fc.Arbitrary<Sent> = target.chain(({ method, path }) =>
  fc
    .record({
      query,
      authorization: fc.option(authorization, { nil: undefined, freq: 20 }),
      headers,
      signed: fc.boolean(),
      body: bodyOf(path),
    })
    .map(({ query, authorization, headers, signed, body }) => ({
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        ...headers,
        ...(authorization === undefined ? {} : { authorization }),
        ...(signed
          ? { 'x-hub-signature-256': `sha256=${createHmac('sha256', hookSecret).update(body).digest('hex')}` }
          : {}),
        'content-length': String(body.length),
      },
      body,
    })),
)

/** Lines of a client that hardly knows HTTP. */
const start = fc.constantFrom(
  ...['GET /healthz HTTP/1.1', 'POST /api/v1/events HTTP/1.1', 'PUT /api/v1/hubs/kept HTTP/1.1'],
  ...['GET http://[ HTTP/1.1', 'GET foo://host HTTP/1.1', 'OPTIONS * HTTP/1.1', 'CONNECT a:1 HTTP/1.1'],
  ...['GET //a HTTP/1.1', 'GET \\\\api\\v1 HTTP/1.1', 'GET /%ff HTTP/1.1', 'GET /healthz HTTP/1.0'],
  ...['PRI * HTTP/2.0', 'GET /healthz', 'get / http/1', 'GET /a b HTTP/1.1', ''],
)
const field = fc.constantFrom(
  ...['host: a', 'host: a', `authorization: Bearer ${adminApiToken}`, 'content-type: application/json'],
  ...['transfer-encoding: chunked', 'transfer-encoding: chunked', 'transfer-encoding: x'],
  ...[
    'content-length: 5',
    'content-length: -1',
    'content-length: 5, 5',
    'content-length: 99999999999999999999',
  ],
  ...['connection: upgrade', 'upgrade: h2c', 'upgrade: websocket', 'expect: 100-continue', 'expect: x'],
  ...[`x: ${'y'.repeat(20_000)}`, ': a', ' folded', 'a', 'x: \u0000', 'host: b'],
)
const rest = fc.oneof(
  fc.constantFrom(
    '5',
    'fffffffffffffffff',
    '0',
    '1;ext=',
    'zz',
    '-1',
    '',
    '{"a":',
    'trailer: x',
    '2\r\n{}\r\n0\r\n',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)
/** Requests, and what is nearly one. */
export const spoken: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(
        start,
        fc.array(field, { maxLength: 4 }),
        fc.array(rest, { maxLength: 3 }),
        fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
      )
      .map(([first, fields, after, end]) =>
        [first, ...fields, '', ...after].map((each) => each + end).join(''),
      ),
    { minLength: 1, maxLength: 3 },
  )
  .map((requests) => requests.join(''))
