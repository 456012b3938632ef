import { ACK_WAIT, type Delivery } from '../bus/bus.ts'

const EVERY = ACK_WAIT / 3

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
