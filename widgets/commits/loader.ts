import { type Load, Result } from '../define.ts'
import { isAhead } from '../kit/moment.ts'
import type { commits } from './widget.ts'

export const load: Load<typeof commits> = async (query, { gitLog, now }) => {
  const log = await gitLog(query)
  const commitPage = pageOfCommits(query.repository)
  const commits = log.map(({ hash, subject, author, time }) => ({
    hash,
    subject,
    author,
    ...(isAhead(time, now) ? {} : { time }),
    ...(commitPage === undefined ? {} : { href: commitPage(hash) }),
  }))
  const notes = log
    .filter(({ time }) => isAhead(time, now))
    .map(
      ({ hash, time }) =>
        `Commit ${hash.slice(0, 7)} is shown without its date, which is to come: ${dateOf(time)}.`,
    )
  return new Result({ commits }, { notes })
}

function dateOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Where hosts that are known show a commit. */
const pages = new Map([
  ['github.com', 'commit'],
  ['gitlab.com', '-/commit'],
  ['codeberg.org', 'commit'],
])

function pageOfCommits(repository: string): ((hash: string) => string) | undefined {
  const url = URL.canParse(repository) ? new URL(repository) : undefined
  const page = url === undefined ? undefined : pages.get(url.host)
  if (url === undefined || page === undefined) return undefined
  const base = `${url.origin}${url.pathname.replace(/\/$/, '').replace(/\.git$/, '')}`
  return (hash) => `${base}/${page}/${hash}`
}
