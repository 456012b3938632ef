import { expect, test } from 'vitest'
import type { Message, PublishAck } from '../bus/bus.ts'
import type { HubEvent } from './event.ts'
import { publisher } from './publish.ts'

/** A bus as its contract has it: the first message of an id stays. */
function openBus() {
  const stored = new Map<string, string>()
  return {
    async publish(messages: readonly Message[]): Promise<readonly PublishAck[]> {
      return messages.map(({ id, body }) => {
        const before = stored.get(id)
        if (before !== undefined) return { duplicate: true, stored: Buffer.from(before) }
        stored.set(id, body)
        return { duplicate: false }
      })
    },
  }
}

const event = (fields: Partial<HubEvent> = {}): HubEvent => ({
  id: '1',
  source: 's',
  type: 't',
  topic: 'a.b',
  time: 1_000,
  extensions: {},
  data: { a: 1, b: 2 },
  ...fields,
})

test('the same content is a duplicate, whatever the order of its fields and the time of its arrival', async () => {
  const publish = publisher({ bus: openBus() })
  expect(await publish([event()])).toEqual(['accepted'])
  expect(await publish([event({ data: { b: 2, a: 1 }, time: 2_000 })])).toEqual(['duplicate'])
})

test.each([
  ['data', { data: { a: 1, b: 3 } }],
  ['the form of data', { base64: true, data: 'YQ==' }],
  ['type', { type: 'u' }],
  ['topic', { topic: 'a.c' }],
  ['subject', { subject: 'x' }],
  ['an extension', { extensions: { team: 'web' } }],
  ['its content type', { datacontenttype: 'text/plain' }],
] as const)('other content is a conflict: %s', async (_, change) => {
  const publish = publisher({ bus: openBus() })
  expect(await publish([event(), event({ id: '2' }), event(change)])).toEqual([
    'accepted',
    'accepted',
    'conflict',
  ])
  expect(await publish([event(change), event()])).toEqual(['conflict', 'duplicate'])
})

test('another source has ids of its own', async () => {
  const publish = publisher({ bus: openBus() })
  expect(await publish([event(), event({ source: 'o', data: null })])).toEqual(['accepted', 'accepted'])
})
