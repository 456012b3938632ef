import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { topicPattern } from '../kit/topic-pattern.ts'
import { isBranchPattern } from './branch-pattern.ts'
import { samples } from './fixtures.ts'
import { topicGroups } from './topics.ts'

const buildState = z.enum(['failed', 'running', 'queued', 'passed', 'cancelled', 'skipped'])

const build = z.strictObject({
  /** Names the job among all: repository, job and branch. */
  id: z.string(),
  job: z.string(),
  repository: z.string().optional(),
  branch: z.string().optional(),
  state: buildState,
  /** How the last finished run before an unfinished one ended. */
  before: z.enum(['failed', 'passed']).optional(),
  version: z.string().optional(),
  href: z.string().optional(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
  /** Milliseconds since 1970, by the payload: when this state was reached. */
  time: z.number(),
})

export const builds = defineWidget({
  type: 'builds',
  title: 'Builds',
  description:
    'The last state of every job, failing ones first, from GitHub’s workflow runs, check runs and commit statuses and from `ci.*` events.',
  version: 2,
  config: z
    .strictObject({
      repositories: z
        .array(
          z
            .string()
            .max(140)
            .regex(/^(?!\.+\/)[\w.-]+\/(?:(?!\.+$)[\w.-]+|\*)$/, {
              error: 'must be owner/repository, or owner/* for all of an owner',
            }),
        )
        .max(50)
        .optional()
        .meta({
          description: 'Whose GitHub builds are shown: owner/repository or owner/*; all when left out',
        }),
      topics: z
        .array(topicPattern)
        .max(20)
        .default(['ci.>'])
        .meta({ description: 'Topics of builds told by other events, whose data is { job, status, … }' }),
      branches: z
        .array(
          z.string().min(1).max(200).refine(isBranchPattern, {
            error:
              'must be a branch such as main, or a pattern: release/* up to a slash, release/** across slashes',
          }),
        )
        .min(1)
        .max(20)
        .optional()
        .meta({
          description:
            'Branches shown, by name or pattern: * is any part of a name up to a slash, ** any part at all; all when left out',
        }),
      limit: z.int().min(1).max(100).default(20).meta({ description: 'Most jobs shown' }),
    })
    .refine(({ repositories, topics }) => repositories?.length !== 0 || topics.length > 0, {
      error: 'must name at least one repository or topic',
      path: ['repositories'],
    }),
  data: z.strictObject({
    builds: z.array(build),
    /** Jobs per state, those beyond the limit included. */
    counts: z.record(buildState, z.number()),
    /** Repositories asked for that are gone: `to` is what they are called now, without it they were deleted. */
    moved: z.array(z.strictObject({ from: z.string(), to: z.string().optional() })).optional(),
    /** Jobs that have not run since then may be missing: there are more events than are read. */
    since: z.number().optional(),
  }),
  interests: (config) =>
    topicGroups(config)
      .flat()
      .map((topic) => ({ topic })),
  reads: 'events',
  truth: 'events',
  // Several pages of the log may be read, and nobody reads jobs faster than once a second.
  minInterval: 1_000,
  maxAge: 3600,
  isEmpty: (data) => data.builds.length === 0,
  samples,
})
