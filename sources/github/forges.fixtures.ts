/** Small deliveries in the shape of forges other than GitHub, of `n` different ones each. */

export interface Delivered {
  readonly event: string
  readonly payload: Readonly<Record<string, unknown>>
}

const HOST = 'https://git.example.org'
const ZERO = '0'.repeat(40)
const sha = (n: number) => n.toString(16).padStart(40, 'a')
export const at = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')
const person = (login: string) => ({
  ...{ id: 1, login, username: login, full_name: '', email: `${login}@example.org` },
  ...{ last_login: '0001-01-01T00:00:00Z', created: at(9000) },
})
const repository = (full_name: string) => ({
  ...{ id: 1, full_name, name: full_name.split('/')[1], owner: person('acme'), default_branch: 'main' },
  ...{ html_url: `${HOST}/${full_name}`, mirror_updated: '0001-01-01T00:00:00Z' },
})

/** As Gitea and Forgejo send them (shapes: `modules/structs/hook.go` of Gitea; examples in its documentation). */
export function giteaDeliveries(n: number, name = 'acme/api'): readonly Delivered[] {
  const common = { repository: repository(name), sender: person('anna') }
  const pull = {
    ...{ id: n, number: n, title: `Change ${n}`, state: 'open', merged: false, user: person('anna') },
    ...{ html_url: `${HOST}/${name}/pulls/${n}`, created_at: at(60), updated_at: at(50), closed_at: null },
  }
  const issue = { ...pull, title: `Fault ${n}`, html_url: `${HOST}/${name}/issues/${n}`, pull_request: null }
  const comment = { id: n, body: 'Yes.', user: person('anna'), created_at: at(30), updated_at: at(30) }
  const commit = {
    id: sha(n),
    message: `Step ${n}\n`,
    timestamp: at(40),
    author: { name: 'Anna', email: 'a@b.c' },
  }
  const push = {
    ...{ ref: 'refs/heads/main', before: sha(n + 1), after: sha(n), total_commits: 12, commits: [commit] },
    ...{ compare_url: `${HOST}/${name}/compare/${n}`, head_commit: commit, pusher: person('anna') },
  }
  const review = (kind: string) => ({
    event: `pull_request_${kind}`,
    payload: {
      ...{ action: 'reviewed', number: n, pull_request: pull, commit_id: '', ...common },
      review: { type: `pull_request_review_${kind}`, content: 'Fine.' },
    },
  })
  const changed = (action: string) => ({
    event: 'pull_request',
    payload: { action, number: n, pull_request: pull, commit_id: '', review: null, ...common },
  })
  const run = {
    ...{ id: n, display_title: `Step ${n}`, path: 'ci.yml', event: 'push', run_number: n, run_attempt: 1 },
    ...{ head_sha: sha(n), head_branch: 'main', status: 'completed', conclusion: 'failure' },
    ...{ html_url: `${HOST}/${name}/actions/runs/${n}`, started_at: at(20), completed_at: at(15) },
  }
  return [
    { event: 'push', payload: { ...push, ...common } },
    { event: 'push', payload: { ...push, ref: `refs/heads/branch-${n}`, before: ZERO, ...common } },
    { event: 'create', payload: { sha: sha(n), ref: `branch-${n}`, ref_type: 'branch', ...common } },
    { event: 'delete', payload: { ref: `branch-${n}`, ref_type: 'branch', pusher_type: 'user', ...common } },
    ...['opened', 'synchronized', 'label_updated'].map(changed),
    ...['approved', 'rejected', 'comment'].map(review),
    { event: 'issues', payload: { action: 'opened', number: n, issue, ...common } },
    { event: 'issue_comment', payload: { action: 'created', issue, comment, is_pull: false, ...common } },
    {
      event: 'issue_comment',
      payload: {
        ...{ action: 'created', comment, is_pull: true, pull_request: pull, ...common },
        issue: { ...issue, pull_request: { merged: false } },
      },
    },
    {
      event: 'release',
      payload: { action: 'published', release: { id: n, tag_name: `v${n}`, name: '', ...common }, ...common },
    },
    {
      event: 'repository',
      payload: { action: 'created', ...common, repository: repository(`acme/new-${n}`) },
    },
    // The fork is the repository here, and what it is of the forkee.
    { event: 'fork', payload: { ...common, forkee: repository(name), repository: repository(`ben/f${n}`) } },
    {
      event: 'workflow_run',
      payload: { action: 'completed', workflow: { id: 'ci.yml', name: 'ci' }, workflow_run: run, ...common },
    },
    {
      event: 'status',
      payload: {
        ...{ id: n, sha: sha(n), context: 'woodpecker', state: 'success', description: '', target_url: '' },
        ...{ commit, created_at: at(11), updated_at: at(10), ...common },
      },
    },
  ]
}

/** A run of Actions as Forgejo tells it once it has ended (`ActionPayload` in its `modules/structs/hook.go`). */
export function forgejoRun(n: number, name = 'acme/api', told: object = {}, outcome = 'failure'): Delivered {
  const run = {
    ...{ id: 100 + n, title: `Step ${n}`, repository: repository(name), trigger_user: person('anna') },
    ...{ workflow_id: 'ci.yml', index_in_repo: n, prettyref: 'main', commit_sha: sha(n), ScheduleID: 0 },
    ...{ is_fork_pull_request: false, need_approval: false, approved_by: 0, event: 'push' },
    ...{ event_payload: '{"ref":"refs/heads/main"}', trigger_event: 'push', status: outcome },
    ...{ created: at(21), started: at(20), stopped: at(15), updated: at(15), duration: 300e9 },
    ...{ html_url: `${HOST}/${name}/actions/runs/${n}`, ...told },
  }
  return {
    event: `action_run_${outcome}`,
    payload: { action: outcome, run, last_run: { ...run, id: 99 + n }, prior_status: 'running' },
  }
}

/** Of an organisation and no repository. */
export const ofOrganization = (n: number): Delivered => ({
  event: 'package',
  payload: {
    ...{ action: 'created', package: { id: n, name: 'web', version: `1.${n}` }, repository: null },
    organization: person('acme'),
    sender: { ...person('anna'), html_url: `${HOST}/anna` },
  },
})

/** As GitLab, Bitbucket and Azure DevOps document them; `headers` are their own. */
export function otherDeliveries(n: number) {
  const project = { name: 'Web', web_url: `${HOST}/g/web`, path_with_namespace: 'g/web' }
  const user = { name: 'Anna', username: 'anna', email: '[REDACTED]' }
  const gitlab = (kind: string, payload: object) => ({
    ...{ forge: 'GitLab', topic: `gitlab.g.web.${kind}` },
    headers: { 'x-gitlab-event': `${kind} Hook`, 'x-gitlab-token': 'glpat-0123456789abcdefghij' },
    payload: { object_kind: kind, ...payload },
  })
  const bitbucket = (key: string, payload: object) => ({
    ...{ forge: 'Bitbucket', topic: `bitbucket.g.web.${key.replace(':', '.')}` },
    headers: { 'x-event-key': key, 'x-request-uuid': `${n}`, 'x-hub-signature': `sha256=${'0'.repeat(64)}` },
    payload: { actor: { display_name: 'Anna', uuid: '{1}' }, repository: { full_name: 'g/web' }, ...payload },
  })
  const azure = (eventType: string, text: string, resource: object) => ({
    ...{ forge: 'Azure DevOps', topic: `azure.web.${eventType}` },
    headers: { 'x-vss-subscriptionid': '00000000-0000-0000-0000-000000000000' },
    payload: { id: `id-${n}`, eventType, publisherId: 'tfs', message: { text, html: text }, resource },
  })
  const commit = { id: sha(n), message: `Step ${n}`, author: { name: 'Anna', email: 'anna@example.org' } }
  const job = {
    build_id: n,
    build_name: 'test',
    build_status: 'failed',
    runners_token: 'glrt-0123456789abcdefghij',
  }
  return [
    gitlab('push', {
      ...{ event_name: 'push', before: sha(n + 1), after: sha(n), ref: 'refs/heads/main', message: null },
      ...{ user_id: 4, user_name: 'Anna', user_username: 'anna', user_email: 'anna@example.org' },
      ...{ project, commits: [commit], total_commits_count: 1 },
    }),
    gitlab('tag_push', { before: ZERO, after: sha(n), ref: `refs/tags/v${n}`, user_name: 'Anna', project }),
    gitlab('merge_request', {
      ...{ user, project, object_attributes: { iid: n, title: `Change ${n}`, action: 'open', url: HOST } },
    }),
    gitlab('pipeline', {
      ...{ user, project, object_attributes: { id: n, ref: 'main', status: 'success' }, builds: [job] },
    }),
    gitlab('build', { ref: 'main', ...job, user, project_name: 'g / web' }),
    gitlab('note', { user, project, object_attributes: { id: n, note: 'Yes.', noteable_type: 'Issue' } }),
    bitbucket('repo:push', { push: { changes: [{ new: { type: 'branch', name: 'main' } }] } }),
    bitbucket('pullrequest:created', { pullrequest: { id: n, title: `Change ${n}`, state: 'OPEN' } }),
    bitbucket('repo:commit_status_updated', { commit_status: { key: 'ci', state: 'SUCCESSFUL' } }),
    azure('build.complete', `Build web_${n} succeeded`, { id: n, status: 'succeeded', result: 'succeeded' }),
    azure('git.pullrequest.created', `Anna created pull request ${n}`, {
      pullRequestId: n,
      status: 'active',
    }),
  ]
}
