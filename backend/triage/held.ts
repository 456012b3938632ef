import { ACK_WAIT, type Delivery } from '../bus/bus.ts'

const EVERY = ACK_WAIT / 3

/** Deliveries in our hands: the bus is told of them until they are released. */
export interface HeldDeliveries {
  hold(deliveries: readonly Delivery[]): void
  release(delivery: Delivery): void
  close(): void
}

/**
 * Not one set that lives on: in V8 each table that a set has outgrown keeps the one that followed it, so that after the
 * first full garbage collection all that was ever in it survives until the next (a fifth of triage's CPU).
 */
export function heldDeliveries(): HeldDeliveries {
  let held: readonly Delivery[] = []
  /** Of `held`. */
  let released = new Set<Delivery>()

  function stillHeld(): readonly Delivery[] {
    if (released.size > 0) {
      held = held.filter((delivery) => !released.has(delivery))
      released = new Set()
    }
    return held
  }

  const timer = setInterval(() => {
    for (const delivery of stillHeld()) delivery.working()
  }, EVERY)
  return {
    hold(deliveries) {
      held = [...stillHeld(), ...deliveries]
    },
    release(delivery) {
      released.add(delivery)
      // Nothing stays in memory when all is done.
      if (released.size >= held.length) stillHeld()
    },
    close() {
      clearInterval(timer)
      held = []
    },
  }
}
