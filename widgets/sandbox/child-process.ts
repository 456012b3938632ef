import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { serialize } from 'node:v8'
import { childFile } from './child-file.ts'
import { framed, unframed } from './frames.ts'
import type { JobReply, JobRequest } from './jobs.ts'

/** Megabytes of heap. The other limits are the child's own, in child.ts. */
const HEAP = 160
/** Bytes of a reply; results have 256 KiB at most. */
const LONGEST = 1024 * 1024

/** Milliseconds in which one must have started: less than a load has, whose words would tell nothing of it. */
const START_WITHIN = 8_000

/** `undefined`: it ended before it had answered, by `signal` if by one. */
export type ChildEnd = { readonly ended: string }

export interface Child {
  /** One at a time. */
  ask(request: JobRequest): Promise<JobReply | ChildEnd>
  /** Whether it can be asked again. */
  readonly alive: boolean
  end(): void
}

/**
 * Starts a process without any of our environment, files or sockets; it ends with this one however that ends.
 * @throws Error when it could not be started, or not in time.
 */
export async function startChild(): Promise<Child> {
  const child = spawn(process.execPath, commandLine(await childFile()), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production' },
    cwd: '/',
    // Not of our process group: Ctrl-C is for us, who end it when nothing is asked of it any more.
    detached: true,
  })
  let alive = true
  let told = ''
  let answered = (_reply: JobReply | ChildEnd | Error) => {}

  function next(): Promise<JobReply | ChildEnd> {
    hold(child, true)
    return new Promise((resolve, reject) => {
      answered = (reply) => {
        hold(child, false)
        if (reply instanceof Error) reject(reply)
        else resolve(reply)
      }
    })
  }

  function end(): void {
    alive = false
    child.kill('SIGKILL')
  }

  function ended(how: string): void {
    alive = false
    answered({ ended: how })
  }

  const read = unframed(LONGEST, (message) => {
    const reply = JSON.parse(message.toString()) as JobReply
    if (reply.last) end()
    answered(reply)
  })
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch {
      end()
    }
  })
  child.stderr.on('data', (chunk: Buffer) => {
    told = (told + chunk).slice(-2_000)
  })
  // It tells of its end by that, and of no job that it did not get.
  child.stdin.on('error', () => {})
  child.on('error', (error) => {
    alive = false
    answered(error)
  })
  child.on('exit', (code, signal) => ended(signal ?? `code ${code}`))

  const late = setTimeout(() => {
    end()
    // One that hangs on a disk does not even end when it is killed.
    ended(`no sign of it in ${START_WITHIN} ms`)
  }, START_WITHIN)
  const started = await next().finally(() => clearTimeout(late))
  if ('ended' in started) throw new Error(`the sandbox could not be started (${started.ended}): ${told}`)
  return {
    ask(request) {
      const reply = next()
      if (alive) child.stdin.write(framed(serialize(request)))
      else ended('before it was asked')
      return reply
    },
    get alive() {
      return alive
    },
    end,
  }
}

/** Only while it is asked something does it keep this process from ending. */
function hold(child: ChildProcessWithoutNullStreams, held: boolean): void {
  // Pipes to a process are sockets, which have both.
  const streams = [child.stdin, child.stdout, child.stderr] as unknown as Socket[]
  for (const handle of [child, ...streams]) {
    if (held) handle.ref()
    else handle.unref()
  }
}

/** It may read its own file and nothing else, write nothing and start nothing; where Node's permissions have no word for the network, it has that. */
function commandLine(file: string): string[] {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission'
  return [
    `--max-old-space-size=${HEAP}`,
    '--no-warnings',
    '--disallow-code-generation-from-strings',
    permission,
    '--allow-worker',
    `--allow-fs-read=${file}`,
    file,
  ]
}
