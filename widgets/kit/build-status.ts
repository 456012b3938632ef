/** The states of a build that Hubs tells apart. */
export type BuildState = 'queued' | 'running' | 'passed' | 'failed' | 'cancelled' | 'skipped'

/** Words of the CI systems at large: GitHub, GitLab, Jenkins, Buildkite, CircleCI, Travis, Drone, Azure, Buildbot, Concourse. */
const words: { readonly [S in BuildState]: string } = {
  queued: `queued pending waiting created requested scheduled enqueued submitted assigned blocked manual preparing
    waiting_for_resource waiting_on_dependencies not_started on_hold action_required`,
  running:
    'running in_progress inprogress started starting building active executing retrying canceling cancelling',
  passed: 'passed pass success successful succeeded successfully ok okay green fixed neutral warnings',
  failed: `failed fail failing failure error errored broken unstable red crashed timed_out timeout timedout still_failing
    startup_failure infrastructure_fail partially_succeeded`,
  cancelled:
    'cancelled canceled aborted abort killed stopped terminated interrupted expired stale superseded',
  skipped: 'skipped skip not_run not_built notbuilt ignored disabled',
}
const bare = (word: string) => word.toLowerCase().replace(/[\s_-]/g, '')
const states = new Map(
  Object.entries(words).flatMap(([state, own]) =>
    own.split(/\s+/).map((word) => [bare(word), state as BuildState]),
  ),
)
/** Words that say that it ended and not how. */
const ended = ['completed', 'complete', 'finished', 'done', 'ended', 'closed']

/** The state that a word for it means, in any case and joined in any way; nothing for a word not known. */
export function buildState(word: string): BuildState | undefined {
  return states.get(bare(word))
}

/** As `buildState`, of a status that may leave it to a conclusion, as GitHub's does, how it ended. */
export function statedBuild(status: string, conclusion: string | null | undefined): BuildState | undefined {
  const isEnd = ended.includes(bare(status))
  return isEnd && conclusion ? buildState(conclusion) : buildState(status)
}
