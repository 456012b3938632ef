import { spawn } from 'node:child_process'
import { LoadFailure } from '#widgets/define.ts'

/** Blocks of 512 bytes a file that git writes may have: 128 MiB. */
const maxFileBlocks = 262_144

/** KiB of memory that git, and each program it starts, may take for itself; files it maps are not counted. */
const maxMemory = 262_144

/** What a repository or a person's own settings may otherwise make git run, ask, follow or trust. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.askPass=',
  'core.alternateRefsCommand=',
  'credential.helper=',
  'log.showSignature=false',
  'log.mailmap=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'http.followRedirects=false',
  'http.proxy=',
  // Within `maxMemory`, whatever the repository holds.
  'core.packedGitWindowSize=1m',
  'core.packedGitLimit=64m',
  'core.deltaBaseCacheLimit=16m',
  'core.bigFileThreshold=1m',
  'pack.threads=1',
].flatMap((setting) => ['-c', setting])

/** A system that knows no such limit, or has a lower one, says so to nobody. */
const limits = `ulimit -f ${maxFileBlocks}; ulimit -d ${maxMemory} 2>/dev/null || :`

const tooLarge = /out of memory|cannot allocate memory/i

export interface GitResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs git with nothing of its surroundings: no settings but ours, no prompts, no hooks, `protocol` as the only way to
 * another machine (none when absent). Its memory has a limit, and its process group is killed when `signal` aborts and
 * when it writes more than `maxBytes` to either output.
 * @throws LoadFailure `unavailable` without git, `upstream` when it writes or needs too much; the reason of an aborted `signal`.
 */
export async function runGit(
  args: readonly string[],
  {
    home,
    protocol = 'none',
    maxBytes = 1024 * 1024,
    signal,
  }: {
    /** Where git looks for a person's files: a folder without any. */
    readonly home: string
    readonly protocol?: 'https' | 'none'
    readonly maxBytes?: number
    readonly signal: AbortSignal
  },
): Promise<GitResult> {
  signal.throwIfAborted()
  const child = spawn(
    '/bin/sh',
    ['-c', `${limits}; exec git "$@"`, 'git', '--no-pager', ...settings, ...args],
    {
      cwd: '/',
      // A group of its own, so that what git starts ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(home, protocol),
    },
  )
  let overflow = false
  const kill = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The group has ended by itself.
    }
  }
  const collect = (stream: NodeJS.ReadableStream) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        overflow = true
        kill()
      }
    })
    return () => Buffer.concat(chunks).toString('utf8')
  }
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  signal.addEventListener('abort', kill)
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    signal.throwIfAborted()
    if (overflow) throw new LoadFailure('upstream', 'The repository gave far more than was asked for.')
    if (code === 127) {
      throw new LoadFailure(
        'unavailable',
        'Install git on the machine that runs the daemon: it is not there.',
      )
    }
    const told = { code, stdout: stdout(), stderr: stderr() }
    if (code !== 0 && tooLarge.test(told.stderr)) {
      throw new LoadFailure(
        'upstream',
        'The repository holds something that is too large for git to read here.',
        {
          cause: new Error(told.stderr.slice(0, 2000)),
        },
      )
    }
    return told
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

function environment(home: string, protocol: string): NodeJS.ProcessEnv {
  return {
    // Next declares that every environment has it.
    NODE_ENV: 'production',
    // biome-ignore lint/style/noProcessEnv: git is found where this process finds its programs
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: protocol,
  }
}
