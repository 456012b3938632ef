/** A row of the event log. */
interface DemoEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly topic: string
  readonly time: Date
  readonly receivedAt: Date
  readonly data: object
}

/** The two days before a new installation began, oldest first, so that its demo hubs have something to show. */
export function demoEvents(now: Date): DemoEvent[] {
  const at = (minutesAgo: number) => new Date(now.getTime() - minutesAgo * 60_000).toISOString()
  return happenings(at)
    .toSorted((a, b) => b.ago - a.ago)
    .map(({ ago, topic, type = topic, data }, index) => {
      const time = new Date(at(ago))
      return { id: `demo-${index + 1}`, source: 'hubs/demo', type, topic, time, receivedAt: time, data }
    })
}

type At = (minutesAgo: number) => string

interface Happening {
  readonly ago: number
  readonly topic: string
  readonly type?: string
  readonly data: object
}

function happenings(at: At): Happening[] {
  return [
    deploy(2_610, 'prod', 'api', '2.8.0', 'tomas'),
    deploy(1_490, 'staging', 'web', '1.3', 'amara'),
    deploy(1_385, 'prod', 'web', '1.3', 'amara'),
    deploy(355, 'prod', 'storybook', '4.2', 'mei'),
    deploy(118, 'staging', 'api', '2.9.0', 'tomas'),
    deploy(41, 'prod', 'api', '2.9.0', 'tomas'),

    build(at, 1_400, 6, 'web', { status: 'passed', branch: 'main', version: '1.3' }),
    build(at, 640, 22, 'nightly import', { status: 'failed' }),
    build(at, 128, 4, 'api', { status: 'passed', branch: 'main', version: '2.9.0' }),
    build(at, 63, 3, 'web', { status: 'failed', branch: 'faster-search' }),
    build(at, 19, 5, 'docs', { status: 'passed', branch: 'main' }),
    build(at, 26, 7, 'design tokens', { status: 'passed', branch: 'main', version: '4.2.0' }, 'ci.design'),

    ...pull(at, 'Codertocat/Hello-World', 7, 'Explain how to run the tests', 'Codertocat', [
      { ago: 1_720, action: 'opened' },
      { ago: 230, action: 'synchronize' },
    ]),
    ...pull(at, 'Codertocat/Hello-World', 9, 'Greet in more languages', 'monalisa', [
      { ago: 312, action: 'opened' },
    ]),
    ...pull(at, 'Codertocat/Hello-World', 10, 'Say goodbye, too', 'hubot', [
      { ago: 83, action: 'opened', draft: true },
    ]),
    ...pull(at, 'Codertocat/Hello-World', 4, 'Mind the capital letter', 'octocat', [
      { ago: 2_705, action: 'opened' },
      { ago: 1_010, action: 'synchronize' },
    ]),
    ...pull(at, 'designteam/design-system', 209, 'Icons on the 24 px grid', 'mei', [
      { ago: 2_860, action: 'opened' },
      { ago: 1_330, action: 'closed', merged: true, by: 'priya' },
    ]),
    ...pull(at, 'designteam/design-system', 212, 'Larger touch targets in the toolbar', 'mei', [
      { ago: 1_260, action: 'opened' },
      { ago: 95, action: 'synchronize' },
    ]),
    ...pull(at, 'designteam/design-system', 214, 'Colour roles for charts', 'priya', [
      { ago: 204, action: 'opened', draft: true },
    ]),
    ...pull(at, 'designteam/icons', 58, 'An icon for “paused”', 'jonas', [{ ago: 71, action: 'opened' }]),
    ...pull(at, 'designteam/design-system', 205, 'A focus ring that survives forced colours', 'jonas', [
      { ago: 2_790, action: 'opened' },
      { ago: 530, action: 'synchronize' },
    ]),
    review(at, 88, 'designteam/design-system', 212, 'Larger touch targets in the toolbar', 'priya'),
    push(1_328, 'designteam/design-system', 'priya', 'Icons on the 24 px grid (#209)'),
    push(34, 'designteam/design-system', 'jonas', 'Plainer words in the empty states'),
    run(at, 1_318, 9, 'designteam/design-system', 'Visual tests', 311, 'main', 'success'),
    run(at, 90, 8, 'designteam/design-system', 'Visual tests', 312, 'touch-targets', 'failure'),
    run(at, 27, 9, 'designteam/design-system', 'Visual tests', 313, 'main', 'success'),
    run(at, 66, 2, 'designteam/icons', 'Optimise', 97, 'paused-icon', 'success'),

    said(
      360,
      'release.design.tokens',
      'Design tokens 4.2.0: warmer neutrals, and a dark theme that passes contrast',
    ),
    said(1_815, 'feedback.research', '5 of 6 people found the export button, up from 2'),
    said(1_152, 'feedback.support', '“I can’t tell whether the numbers are from today.”'),
    said(420, 'feedback.survey', 'Ease of use 4.4 of 5, from 38 answers'),
    said(2_240, 'feedback.research', 'Nobody needed the second toolbar; four looked for search in it'),
    said(52, 'feedback.support', '“The dark theme saved my eyes. Thank you!”'),
  ]
}

function deploy(ago: number, environment: string, service: string, version: string, by: string): Happening {
  return { ago, topic: `deploy.${environment}.${service}`, data: { version, by } }
}

function build(at: At, ago: number, minutes: number, job: string, result: object, under = 'ci'): Happening {
  const topic = `${under}.${job.replaceAll(' ', '-')}`
  return { ago, topic, data: { job, ...result, startedAt: at(ago + minutes), finishedAt: at(ago) } }
}

function said(ago: number, topic: string, message: string): Happening {
  return { ago, topic, data: { message } }
}

/** As the GitHub webhook puts it on the bus, without addresses: these repositories are made up. */
function github(
  ago: number,
  repository: string,
  event: string,
  action: string | undefined,
  by: string,
  data: object,
) {
  const place = repository.toLowerCase().replace('/', '.')
  return {
    ago,
    topic: `github.${place}.${event}.${action ?? '-'}`,
    type: ['com.github', event, ...(action ? [action] : [])].join('.'),
    data: {
      event,
      ...(action ? { action } : {}),
      repository: { full_name: repository },
      sender: { login: by },
      ...data,
    },
  }
}

interface Step {
  readonly ago: number
  readonly action: 'opened' | 'synchronize' | 'closed'
  readonly draft?: boolean
  readonly merged?: boolean
  readonly by?: string
}

function pull(
  at: At,
  repository: string,
  number: number,
  title: string,
  author: string,
  steps: readonly [Step, ...Step[]],
): Happening[] {
  const created_at = at(steps[0].ago)
  return steps.map(({ ago, action, draft = false, merged = false, by = author }) => {
    const state = action === 'closed' ? 'closed' : 'open'
    const pull_request = {
      number,
      title,
      state,
      draft,
      merged,
      user: { login: author },
      created_at,
      updated_at: at(ago),
    }
    return github(ago, repository, 'pull_request', action, by, { pull_request })
  })
}

function review(
  at: At,
  ago: number,
  repository: string,
  number: number,
  title: string,
  by: string,
): Happening {
  return github(ago, repository, 'pull_request_review', 'submitted', by, {
    review: { state: 'approved', submitted_at: at(ago), user: { login: by } },
    pull_request: { number, title },
  })
}

function push(ago: number, repository: string, by: string, message: string): Happening {
  return github(ago, repository, 'push', undefined, by, {
    ref: 'refs/heads/main',
    commit_count: 1,
    head_commit: { message },
  })
}

function run(
  at: At,
  ago: number,
  minutes: number,
  repository: string,
  name: string,
  run_number: number,
  head_branch: string,
  conclusion: 'success' | 'failure',
): Happening {
  return github(ago, repository, 'workflow_run', 'completed', 'mei', {
    workflow_run: {
      ...{ name, run_number, run_attempt: 1, event: 'push', status: 'completed', conclusion, head_branch },
      run_started_at: at(ago + minutes),
      updated_at: at(ago),
    },
  })
}
