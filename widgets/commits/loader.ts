import type { Load } from '../define.ts'
import type { commits } from './widget.ts'

export const load: Load<typeof commits> = async (query, { gitLog }) => {
  const log = await gitLog(query)
  const commitPage = pageOfCommits(query.repository)
  return {
    commits: log.map(({ hash, subject, author, time }) => ({
      hash,
      subject,
      author,
      time,
      ...(commitPage === undefined ? {} : { href: commitPage(hash) }),
    })),
  }
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
