import { z } from 'zod'
import { eventTopic } from '#sources/github/topics.ts'
import { defineWidget, type Interest } from '../define.ts'
import { openAddress } from '../kit/http-url.ts'
import { topicPattern } from '../kit/topic-pattern.ts'
import { samples } from './fixtures.ts'

const commit = z.strictObject({
  hash: z.string(),
  subject: z.string(),
  author: z.string(),
  /** Author date, milliseconds since 1970; none when that is still to come. */
  time: z.number().optional(),
  href: z.string().optional(),
})

const repository = openAddress({
  isAddress: (text) =>
    text.length <= 500 &&
    /^[^\p{Cc}]+$/u.test(text) &&
    (text.startsWith('/') || webAddress(text) !== undefined),
  error: 'must be an absolute path below HUBS_GIT_ROOTS, or an https address, of at most 500 characters',
  instead: 'keep a mirror of the repository below HUBS_GIT_ROOTS and give its path',
})

export const commits = defineWidget({
  type: 'commits',
  title: 'Commits',
  description: 'The newest commits of a git repository: a folder below HUBS_GIT_ROOTS, or an https address.',
  version: 2,
  config: z.strictObject({
    repository: repository.meta({ description: 'Absolute path below HUBS_GIT_ROOTS, or https address' }),
    ref: z
      .string()
      .max(200)
      .regex(/^(?!-)(?!.*(?:\.\.|@\{|\/\/))[^\s~^:?*[\\\p{Cc}]+$/u, {
        error: 'must be the name of a branch or tag',
      })
      .optional()
      .meta({ description: 'Branch or tag; without it, the default branch' }),
    limit: z.int().min(1).max(50).default(10).meta({ description: 'Most commits shown' }),
    refreshOn: z
      .array(topicPattern)
      .max(20)
      .optional()
      .meta({ description: 'Topics of further events after which the repository is read again at once' }),
  }),
  data: z.strictObject({ commits: z.array(commit) }),
  params: ({ repository, ref, limit }) => ({ repository, ...(ref === undefined ? {} : { ref }), limit }),
  interests: ({ repository, refreshOn = [] }) => [
    { topic: 'git.push.>', where: { 'data.repository': repository } },
    ...pushTopic(repository),
    ...refreshOn.map((topic) => ({ topic })),
  ],
  source: ({ repository }) => webAddress(repository)?.href,
  maxAge: 300,
  minInterval: 2_000,
  deadline: 30_000,
  needs: [{ program: 'git', remedy: 'Install git on the machine that runs the daemon and restart it.' }],
  isEmpty: (data) => data.commits.length === 0,
  samples,
})

function webAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url?.protocol === 'https:' ? url : undefined
}

/** Deliveries do not name their host, so a GitHub server of one's own is heard as well as github.com. */
function pushTopic(repository: string): Interest[] {
  const [owner, name, ...rest] = webAddress(repository)?.pathname.split('/').filter(Boolean) ?? []
  if (owner === undefined || name === undefined || rest.length > 0) return []
  return [{ topic: eventTopic('push', { owner, repository: name.replace(/\.git$/, '') }) }]
}
