import type fc from 'fast-check'
import type { ToHolder, ToPage } from '../core/messages.ts'
import type { Connect } from '../transport/channel.ts'
import type { Environment } from '../transport/environment.ts'
import { type Holder, openHolder } from '../transport/holder.ts'

/** The holder of a browser, which may die with all it knew while pages outlive it, or believe that it leads beside another. */
export interface SimulatedHolders {
  readonly connect: Connect
  /** It dies, and another tells all pages that it is there. */
  lose(): void
  /** It dies and nobody is told. */
  silence(): void
  /** Another leads as well, until the first hears of it. */
  leadAsWell(): void
  leadAlone(): void
  /** All others have heard of it. */
  endRivals(): void
  close(): void
}

export function simulatedHolders(environment: Environment, scheduler: fc.Scheduler): SimulatedHolders {
  let holder: Holder = openHolder(environment)
  /** It died and nobody has been told. */
  let silent = false
  /** Those that have not heard yet that another leads. */
  const rivals: Holder[] = []
  const receivers = new Set<(message: ToPage) => void>()

  function post(run: () => void, order: { last: Promise<unknown> }): void {
    // One after the other on each way, like messages on a port.
    order.last = Promise.all([order.last, scheduler.schedule(Promise.resolve(), 'message')]).then(run)
  }

  function replace(): void {
    silent = false
    holder = openHolder(environment)
  }

  function tellAll(): void {
    for (const hear of receivers) hear({ kind: 'who' })
  }

  return {
    connect(receive) {
      const there = { last: Promise.resolve() as Promise<unknown> }
      const back = { last: Promise.resolve() as Promise<unknown> }
      let open = true
      const hear = (message: ToPage) => post(() => open && receive(message), back)
      receivers.add(hear)
      // Whoever opens a worker whose last one died starts another.
      if (silent) replace()
      const send = (message: ToHolder) => post(() => holder.receive(message, hear), there)
      send({ kind: 'knock' })
      return {
        send,
        close() {
          open = false
          receivers.delete(hear)
        },
      }
    },
    lose() {
      holder.close()
      replace()
      tellAll()
    },
    silence() {
      holder.close()
      silent = true
    },
    leadAsWell() {
      rivals.push(holder)
      replace()
      tellAll()
    },
    leadAlone: () => rivals.shift()?.close(),
    endRivals() {
      for (const rival of rivals.splice(0)) rival.close()
    },
    close: () => holder.close(),
  }
}
