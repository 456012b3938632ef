import { backoff } from '../core/backoff.ts'
import type { HolderEffect } from '../core/holder/holder-effect.ts'
import type { HolderInput, Port } from '../core/holder/holder-input.ts'
import { newHolderState } from '../core/holder/holder-state.ts'
import type { Link } from '../core/holder/link.ts'
import type { ReadRequest } from '../core/holder/read-request.ts'
import { reduceHolder } from '../core/holder/reduce-holder.ts'
import type { ToHolder } from '../core/messages.ts'
import type { Environment } from './environment.ts'
import { StreamRefused } from './stream.ts'

/** Holds the stream for every page that talks to it, and the newest result of every key those pages show. */
export interface Holder {
  /** `port` reaches the page the message is from, now and later. */
  receive(message: ToHolder, port: Port): void
  close(): void
}

/** Feeds what happens to the holder's logic, and does what that asks for. */
export function openHolder(environment: Environment): Holder {
  const closing = new AbortController()
  const { signal } = closing
  const state = newHolderState()
  const streams = new Map<Link, AbortController>()

  /** What is still to be taken in, and whether effects are being performed. */
  const inputs: HolderInput[] = []
  let performing = false

  /**
   * A page may answer while effects are performed: that waits for the rest of them, or a link that it closes would be
   * opened afterwards, for good.
   */
  function take(input: HolderInput): void {
    inputs.push(input)
    if (performing) return
    performing = true
    try {
      for (let next = inputs.shift(); next && !signal.aborted; next = inputs.shift())
        reduceHolder(state, next, environment.now()).forEach(perform)
    } finally {
      performing = false
    }
  }

  function perform(effect: HolderEffect): void {
    switch (effect.kind) {
      case 'post':
        effect.to(effect.message)
        break
      case 'open':
        void follow(effect)
        break
      case 'close':
        streams.get(effect.link)?.abort()
        streams.delete(effect.link)
        break
      case 'read':
        void read(effect.read)
        break
      case 'wait':
        void wait(effect)
        break
    }
  }

  async function follow({ link, ...asked }: Extract<HolderEffect, { kind: 'open' }>): Promise<void> {
    const control = new AbortController()
    streams.set(link, control)
    try {
      for await (const event of environment.open({ ...asked, signal: control.signal }))
        take({ kind: 'event', link, event })
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error
      take({ kind: 'refused', link })
    }
  }

  async function read(asked: ReadRequest): Promise<void> {
    const answer = await environment.read[asked.of](asked.at).catch(() => null)
    // The compiler does not see that what is read, and of which kind the answer is, is one and the same.
    take({ kind: asked.of, read: asked, answer } as HolderInput)
  }

  async function wait(effect: Extract<HolderEffect, { kind: 'wait' }>): Promise<void> {
    const ms = 'ms' in effect ? effect.ms : backoff(effect.failures, environment.random)
    await environment.rest(ms, signal)
    take(effect.next)
  }

  take({ kind: 'sweep' })
  return {
    receive: (message, from) => take({ kind: 'message', message, from }),
    close() {
      closing.abort()
      for (const control of streams.values()) control.abort()
    },
  }
}
