import type { DeliveredMessage, Message, PublishAck, StoredMessage } from '../bus.ts'

export async function next(
  consumer: AsyncIterator<readonly DeliveredMessage[]>,
): Promise<readonly DeliveredMessage[]> {
  const result = await consumer.next()
  return result.done ? [] : result.value
}

/** The next `count` deliveries, in however many batches. */
export async function receiveFrom(
  consumer: AsyncIterator<readonly DeliveredMessage[]>,
  count: number,
): Promise<DeliveredMessage[]> {
  const all: DeliveredMessage[] = []
  while (all.length < count) all.push(...(await next(consumer)))
  return all
}

export function message(id: string, topic = 'a.b'): Message {
  return { topic, id, body: `body of ${id}` }
}

export function numbered(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => message(String(index)))
}

export const duplicate = (published: PublishAck): boolean => published.duplicate

export const storedBody = (published: PublishAck): string | undefined =>
  published.duplicate ? new TextDecoder().decode(published.stored) : undefined

export function text(delivery: StoredMessage | undefined): string {
  return new TextDecoder().decode(delivery?.body)
}

export const idOf = (body: Uint8Array): string => new TextDecoder().decode(body).slice('body of '.length)

export function ids(deliveries: readonly (StoredMessage | undefined)[]): string[] {
  return deliveries.map((delivery) => (delivery ? idOf(delivery.body) : 'nothing'))
}
