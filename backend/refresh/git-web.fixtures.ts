import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { GitCommit } from '#widgets/define.ts'
import { type GitHome, makeGitHome, never } from './git-home.fixtures.ts'
import { gitLog } from './git-log.ts'
import { type GitServer, startGitServer } from './git-server.fixtures.ts'

/** The repositories of a home, served over https. */
export interface GitWeb extends GitHome {
  readonly server: GitServer
  readonly address: string
  fetched(
    repository: string,
    query?: { allow?: string[]; signal?: AbortSignal; ref?: string; limit?: number },
    lookup?: (host: string) => Promise<{ address: string }[]>,
  ): Promise<readonly GitCommit[]>
  /** The server serves git again, and no load has left anything behind. */
  calm(): Promise<void>
}

export async function serveGitHome(): Promise<GitWeb> {
  const home = await makeGitHome()
  const { cacheDir } = home
  const server = await startGitServer(home.root, 'git.example')
  const caFile = join(home.home, 'ca.pem')
  await writeFile(caFile, server.cert)
  return {
    ...home,
    server,
    address: `https://127.0.0.1:${server.port}`,
    fetched: async (repository, { allow = ['127.0.0.1/32'], signal = never, ...query } = {}, lookup) =>
      await gitLog({ roots: [], allow, cacheDir, caFile, ...(lookup ? { lookup } : {}) })(
        { repository, limit: 2, ...query },
        signal,
      ),
    async calm() {
      server.before = () => false
      server.requests.length = 0
      expect(await readdir(cacheDir).catch(() => [])).toEqual([])
    },
    async remove() {
      server.close()
      await home.remove()
    },
  }
}
