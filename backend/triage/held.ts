import type { Delivery } from '../bus/bus.ts'

/** A third of the 30 s after which the bus would deliver them again. */
const EVERY = 10_000

/** Deliveries in our hands: the bus is told of them until they are released. */
export interface HeldDeliveries {
  hold(deliveries: readonly Delivery[]): void
  release(delivery: Delivery): void
  close(): void
}

export function heldDeliveries(): HeldDeliveries {
  const held = new Set<Delivery>()
  const timer = setInterval(() => {
    for (const delivery of held) delivery.working()
  }, EVERY)
  return {
    hold(deliveries) {
      for (const delivery of deliveries) held.add(delivery)
    },
    release(delivery) {
      held.delete(delivery)
    },
    close() {
      clearInterval(timer)
      held.clear()
    },
  }
}
