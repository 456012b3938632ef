import { ACK_WAIT, type DeliveredMessage } from '../bus/bus.ts'

const EVERY = ACK_WAIT / 3

/** Deliveries in our hands: the bus is told of them until they are released. */
export interface UndecidedDeliveries {
  /** Each is held once. */
  hold(deliveries: readonly DeliveredMessage[]): void
  release(delivery: DeliveredMessage): void
  close(): void
}

/**
 * Not one set that lives on: in V8 each table that a set has outgrown keeps the one that followed it, so that after the
 * first full garbage collection all that was ever in it survives until the next (a fifth of triage's CPU).
 */
export function undecidedDeliveries(): UndecidedDeliveries {
  let held: DeliveredMessage[] = []
  /** Since `held` was last sorted out; some twice, when a batch is given up of which a part was done. */
  let released = new Set<DeliveredMessage>()

  function sortOut(): void {
    held = held.filter((delivery) => !released.has(delivery))
    released = new Set()
  }

  const timer = setInterval(() => {
    sortOut()
    for (const delivery of held) delivery.working()
  }, EVERY)
  return {
    hold(deliveries) {
      for (const delivery of deliveries) held.push(delivery)
    },
    release(delivery) {
      released.add(delivery)
      // Seldom enough to cost little, and soon enough that no more than half of it is kept for nothing.
      if (released.size * 2 >= held.length) sortOut()
    },
    close() {
      clearInterval(timer)
      held = []
      released = new Set()
    },
  }
}
