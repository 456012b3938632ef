import type { Transport } from './channel.ts'
import { byElection, type Lead } from './election.ts'
import { rest } from './rest.ts'

interface Vote {
  readonly says: 'who leads' | 'I lead' | 'I would' | 'I left'
  readonly from: string
}

/** Milliseconds: for the leader to answer, for others to object, and between two looks at whether it still does. */
const ANSWER = 100
const OBJECT = 200
const LOOK_EVERY = 3_000
const LATE_ANSWER = 1_000

/**
 * Without locks: who wants to lead says so, and does unless another leads or has the lower name. The leader speaks only
 * when asked, because messages reach a document in the background and its timers hardly run. Two that lead by a
 * mishap hear of each other at the next question, and the one with the lower name goes on (the bully algorithm,
 * Garcia-Molina 1982).
 */
export const leadByVote: Lead = (name, signal, { elected, deposed }) => {
  const votes = new BroadcastChannel(`${name} votes`)
  const me = Math.random().toString(36)
  let part: 'following' | 'standing' | 'leading' = 'following'
  let led = false

  const say = (says: Vote['says']) => {
    if (!signal.aborted) votes.postMessage({ says, from: me })
  }

  votes.onmessage = ({ data: { says, from } }: MessageEvent<Vote>) => {
    if (says === 'I left') void stand()
    else if (part === 'leading' && (says !== 'I lead' || me < from)) say('I lead')
    else if (says === 'I lead') follow()
    else if (says === 'I would' && part === 'standing') {
      if (from < me) follow()
      else say('I would')
    }
  }

  function follow(): void {
    led = true
    const before = part
    part = 'following'
    if (before === 'leading') deposed()
  }

  async function isLed(within: number): Promise<boolean> {
    led = false
    say('who leads')
    await rest(within, signal)
    return led || signal.aborted
  }

  async function stand(): Promise<void> {
    if (part !== 'following' || (await isLed(ANSWER)) || part !== 'following') return
    part = 'standing'
    say('I would')
    await rest(OBJECT, signal)
    // An objection made it follow meanwhile.
    if (signal.aborted || (part as string) !== 'standing') return
    part = 'leading'
    elected()
    say('I lead')
  }

  async function takePart(): Promise<void> {
    await stand()
    while (!signal.aborted) {
      await rest(LOOK_EVERY, signal)
      if (part === 'following' && !(await isLed(LATE_ANSWER))) await stand()
    }
  }

  signal.addEventListener('abort', () => {
    if (part === 'leading') votes.postMessage({ says: 'I left', from: me } satisfies Vote)
    votes.close()
  })
  void takePart()
}

export const byVote = (build: string): Transport => byElection(leadByVote, `hubs-live ${build} by vote`)
