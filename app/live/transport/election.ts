import type { ToHolder, ToPage } from '../core/messages.ts'
import type { Transport } from './channel.ts'
import { browserEnvironment } from './environment.ts'
import { type Holder, openHolder } from './holder.ts'

/** Sees to it that one of the documents with the same `name` leads, until the signal ends its part in it. */
export type Lead = (name: string, signal: AbortSignal, candidate: Candidate) => void
/** A document that takes part. */
export interface Candidate {
  elected(): void
  /** Another leads after all. */
  deposed(): void
  /** The browser does not allow this way. */
  failed(): void
}

type Letter =
  | { readonly to: 'holder'; readonly from: string; readonly message: ToHolder }
  | { readonly to: string; readonly message: ToPage }

const EVERYBODY = '*'

/** The holder in one of the documents, which the others reach over a BroadcastChannel. */
export function byElection(lead: Lead, name: string): Transport {
  return (receive, failed) => {
    const leaving = new AbortController()
    const letters = new BroadcastChannel(name)
    const me = Math.random().toString(36)
    let holder: Holder | undefined

    const write = (letter: Letter) => letters.postMessage(letter)
    letters.onmessage = ({ data }: MessageEvent<Letter>) => {
      if ('from' in data) {
        const { from, message } = data
        holder?.receive(message, (answer) => write({ to: from, message: answer }))
      } else if (data.to === me || data.to === EVERYBODY) receive(data.message)
    }

    function send(message: ToHolder): void {
      if (holder) holder.receive(message, receive)
      else write({ to: 'holder', from: me, message })
    }

    function dismiss(): void {
      holder?.close()
      holder = undefined
    }

    lead(name, leaving.signal, {
      elected() {
        holder = openHolder(browserEnvironment)
        write({ to: EVERYBODY, message: { kind: 'who' } })
        receive({ kind: 'who' })
      },
      deposed() {
        dismiss()
        send({ kind: 'knock' })
      },
      failed,
    })
    send({ kind: 'knock' })
    return {
      send,
      close() {
        leaving.abort()
        dismiss()
        letters.close()
      },
    }
  }
}
