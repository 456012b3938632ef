import { z } from 'zod'
import { httpUrl } from '../kit/http-url.ts'

const text = z.string().nullish().catch(undefined)
const number = z.number().nullish().catch(undefined)
const flag = z.boolean().nullish().catch(undefined)
const link = httpUrl.nullish().catch(undefined)

function part<Fields extends z.ZodRawShape>(fields: Fields) {
  return z.object(fields).nullish().catch(undefined)
}

const numbered = part({ number, title: text, html_url: link, merged: flag })
const run = part({
  id: number,
  name: text,
  status: text,
  conclusion: text,
  head_branch: text,
  head_sha: text,
  html_url: link,
  check_suite: part({ head_branch: text }),
})

/** What sentences need of a GitHub event's data; whatever is not as it should be counts as absent. */
export const githubDelivery = z.object({
  event: z.string(),
  action: text,
  repository: part({ full_name: text, html_url: link }),
  organization: part({ login: text }),
  sender: part({ login: text }),
  ref: text,
  ref_type: text,
  compare: link,
  created: flag,
  deleted: flag,
  forced: flag,
  commit_count: number,
  head_commit: part({ message: text, url: link }),
  pull_request: numbered,
  issue: part({ number, title: text, html_url: link, pull_request: part({}) }),
  discussion: numbered,
  review: part({ state: text, html_url: link }),
  comment: part({ html_url: link }),
  release: part({ tag_name: text, name: text, html_url: link }),
  workflow_run: run,
  workflow_job: run,
  check_run: run,
  check_suite: run,
  deployment: part({ environment: text, ref: text }),
  deployment_status: part({ state: text, environment: text, target_url: link, environment_url: link }),
  sha: text,
  state: text,
  context: text,
  target_url: link,
  changes: part({ repository: part({ name: part({ from: text }) }) }),
  forkee: part({ full_name: text, html_url: link }),
})

export type GitHubDelivery = z.output<typeof githubDelivery>
