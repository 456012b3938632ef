import type { Interest } from '#widgets/define.ts'

const kinds = ['push', 'pull_request', 'workflow_run', 'issues', 'release'] as const
const OWNERS = 1_000

/** Spreads numbers evenly and always alike (Knuth's multiplicative hash). */
const scatter = (n: number): number => Math.imul(n + 1, 2654435761) >>> 0

const repository = (n: number) => ({ owner: `owner${n % OWNERS}`, name: `repo${n}` })

/**
 * What widget `n` of `widgets` follows, in the mix of a large installation: six of ten a topic of one repository, three
 * a wildcard with two equalities, one all events with one.
 */
export function interestOf(n: number, widgets: number): Interest {
  const { owner, name } = repository(n % repositories(widgets))
  const kind = kinds[scatter(n) % kinds.length]
  if (n % 10 < 6) return { topic: `github.${owner}.${name}.${kind}.>` }
  if (n % 10 < 9) {
    const where = { 'data.repository.full_name': `${owner}/${name}`, 'data.action': 'opened' }
    return { topic: `github.*.*.${kind}.*`, where }
  }
  return { topic: '>', where: { subject: `service-${name}` } }
}

/** As many repositories as widgets, so that matches an event do not grow with the widgets. */
const repositories = (widgets: number) => Math.max(1, widgets)

export interface WorkloadEvent {
  readonly topic: string
  /** A structured CloudEvent of about 700 bytes. */
  readonly body: string
}

/**
 * Event `n` for `widgets` widgets. `matches` of every event on average, up to 1: so many of them concern a repository
 * somebody follows, in the way its widget asks for; the others concern one that nobody does.
 */
export function workloadEvent(n: number, widgets: number, matches: number): WorkloadEvent {
  const hit = (scatter(n) % 1_000) / 1_000 < matches
  const widget = scatter(n * 7 + 3) % widgets
  const { owner, name } = hit
    ? repository(widget % repositories(widgets))
    : repository(widgets + (n % 100_000))
  const kind = kinds[scatter(hit ? widget : n) % kinds.length]
  const topic = `github.${owner}.${name}.${kind}.opened`
  const subject = hit && widget % 10 === 9 ? `service-${name}` : `nobody-${n % 100_000}`
  return { topic, body: bodyOf(n, topic, subject, owner, name) }
}

function bodyOf(n: number, topic: string, subject: string, owner: string, name: string): string {
  const url = `https://github.example/${owner}/${name}`
  return JSON.stringify({
    specversion: '1.0',
    id: `bench-${n}`,
    source: url,
    type: 'com.github.event',
    topic,
    subject,
    time: '2026-01-31T12:00:00Z',
    data: {
      action: 'opened',
      repository: { full_name: `${owner}/${name}`, html_url: url, private: false },
      sender: { login: 'somebody', html_url: 'https://github.example/somebody' },
      pull_request: {
        number: n,
        title: 'A change of some lines with a title as long as most',
        state: 'open',
        html_url: `${url}/pull/${n}`,
        user: { login: 'somebody' },
        head: { ref: 'a-branch', sha: '0123456789abcdef0123456789abcdef01234567' },
        base: { ref: 'main', sha: '89abcdef0123456789abcdef0123456789abcdef' },
        updated_at: '2026-01-31T12:00:00Z',
      },
    },
  })
}
