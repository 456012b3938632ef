import { LoadFailure } from '../define.ts'
import { nameOf, type Party } from '../kit/party.ts'
import { type Child, type ChildEnd, startChild } from './child-process.ts'
import type { Input, JobReply, JobRequest, Jobs, Output } from './jobs.ts'
import { openTurns, type Whose } from './turns.ts'

/** Processes at a time: two jobs that go on until they are ended delay the others by no more than that. */
const MOST = 2
/** Milliseconds one without work is kept. */
const IDLE = 30_000
/** Hours until what ended a process is tried again by itself. */
const SET_ASIDE = 6

interface Job {
  readonly whose: Whose
  readonly request: JobRequest
  begin(): void
}

const turns = openTurns<Job>()
const resting: { readonly child: Child; readonly rest: ReturnType<typeof setTimeout> }[] = []
let busy = 0

/**
 * Runs a function of `jobs` on what strangers wrote, in a process of its own with limits of memory and CPU, which may
 * end without harm to this one. The `party` that has used the least lately goes first, and of its jobs the one whose
 * `purpose` has: what it reads, and how.
 * @throws LoadFailure the function's own; `set-aside` when it took more than it may, with `tooMuch` as the first words; `upstream`
 * when no process could be started; the reason of `signal`.
 */
export async function inSandbox<Name extends keyof Jobs>(
  name: Name,
  input: Input<Name>,
  {
    party,
    purpose,
    tooMuch,
    signal,
  }: {
    readonly party: Party
    readonly purpose: string
    readonly tooMuch: string
    readonly signal: AbortSignal
  },
): Promise<Output<Name>> {
  const reply = await run({ name, input }, [nameOf(party), purpose], signal)
  if ('ended' in reply) {
    throw new LoadFailure(
      'set-aside',
      `${tooMuch} It is set aside for ${SET_ASIDE} hours, or until its settings change.`,
      {
        retryAfter: SET_ASIDE * 3_600_000,
        cause: new Error(`the process of this job ended: ${reply.ended}`),
      },
    )
  }
  if ('failure' in reply) throw new LoadFailure(reply.failure.code, reply.failure.message)
  if ('thrown' in reply) throw new Error(reply.thrown)
  return ('output' in reply ? reply.output : undefined) as Output<Name>
}

async function run(request: JobRequest, whose: Whose, signal: AbortSignal): Promise<JobReply | ChildEnd> {
  signal.throwIfAborted()
  await turn({ whose, request }, signal)
  const began = performance.now()
  let child: Child | undefined
  try {
    child = rested() ?? (await started())
    return await asked(child, request, signal)
  } finally {
    turns.used(whose, performance.now() - began)
    busy--
    if (child?.alive) keep(child)
    startNext()
  }
}

async function started(): Promise<Child> {
  try {
    return await startChild()
  } catch (cause) {
    const words = 'The process that reads this could not be started. It is tried again.'
    throw new LoadFailure('upstream', words, { cause })
  }
}

async function asked(child: Child, request: JobRequest, signal: AbortSignal): Promise<JobReply | ChildEnd> {
  const giveUp = () => child.end()
  signal.addEventListener('abort', giveUp)
  try {
    signal.throwIfAborted()
    const reply = await child.ask(request)
    signal.throwIfAborted()
    return reply
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

/** Resolves when the job may begin; `busy` counts it from then on. */
function turn(given: Omit<Job, 'begin'>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => turns.leave(job) && reject(signal.reason)
    const job: Job = {
      ...given,
      begin() {
        signal.removeEventListener('abort', leave)
        resolve()
      },
    }
    signal.addEventListener('abort', leave)
    turns.add(given.whose, job)
    startNext()
  })
}

function startNext(): void {
  const job = busy < MOST ? turns.next() : undefined
  if (!job) return
  busy++
  job.begin()
}

/** One that has nothing to do and has not ended meanwhile. */
function rested(): Child | undefined {
  for (let one = resting.pop(); one; one = resting.pop()) {
    clearTimeout(one.rest)
    if (one.child.alive) return one.child
  }
  return undefined
}

function keep(child: Child): void {
  const one = {
    child,
    rest: setTimeout(() => {
      resting.splice(resting.indexOf(one), 1)
      child.end()
    }, IDLE).unref(),
  }
  resting.push(one)
}
