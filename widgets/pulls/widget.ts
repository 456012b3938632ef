import { z } from 'zod'
import { apiAddress } from '#sources/github/api.ts'
import { repositoryTopics } from '#sources/github/moved-repositories.ts'
import { defineWidget } from '../define.ts'
import { samples } from './fixtures.ts'
import { pullTopic } from './topics.ts'

const pull = z.strictObject({
  repository: z.string(),
  number: z.number(),
  title: z.string(),
  author: z.string().optional(),
  draft: z.boolean(),
  href: z.string().optional(),
  /** Milliseconds since 1970. */
  createdAt: z.number().optional(),
  updatedAt: z.number(),
})

export const pulls = defineWidget({
  type: 'pulls',
  title: 'Pull requests',
  description: 'Open pull requests of GitHub repositories, last updated first.',
  version: 2,
  config: z.strictObject({
    repositories: z
      .array(
        z
          .string()
          .max(140)
          .regex(/^(?!\.+\/)[\w.-]+\/(?!\.+$)[\w.-]+$/, { error: 'must be owner/repository' }),
      )
      .min(1)
      .max(20)
      .meta({ description: 'GitHub repositories: owner/repository' }),
    limit: z.int().min(1).max(50).default(10).meta({ description: 'Most pull requests shown' }),
    showDrafts: z.boolean().default(true).meta({ description: 'Whether drafts are shown' }),
  }),
  data: z.strictObject({
    pulls: z.array(pull),
    /** How many are open, those beyond the limit included. */
    open: z.number(),
    /** Whether all were counted; else there are more than `open`. */
    complete: z.boolean(),
    /** Whether GitHub itself told them (with `GITHUB_TOKEN`), or the webhook deliveries seen so far. */
    from: z.enum(['api', 'events']),
    /** Repositories asked for that are gone: `to` is what they are called now, without it they were deleted. */
    moved: z.array(z.strictObject({ from: z.string(), to: z.string().optional() })).optional(),
  }),
  interests: ({ repositories }) =>
    [...repositories.map(pullTopic), ...repositoryTopics(repositories)].map((topic) => ({ topic })),
  reads: 'events',
  // With a token the API is asked, and it may know more than the webhooks told.
  truth: 'time',
  maxAge: 300,
  // GitHub's API may still give the old answer when a delivery arrives.
  settle: 2_000,
  secrets: ['GITHUB_TOKEN', 'GITHUB_URL'],
  source: (_, secrets) => (secrets.GITHUB_TOKEN === undefined ? undefined : apiAddress(secrets)),
  isEmpty: (data) => data.pulls.length === 0,
  samples,
})
