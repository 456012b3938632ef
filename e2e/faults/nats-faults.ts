import { connect } from '@nats-io/transport-node'
import { atNats, type Fault, HALF_OPEN, lasting } from './scene.ts'

export const natsFaults: readonly Fault[] = [
  {
    name: 'NATS killed and restarted',
    async happen({ stores }) {
      await stores.nats.kill()
      await lasting(2_000)
      await stores.nats.restart()
    },
  },
  {
    name: 'NATS away until pages say paused',
    long: true,
    async happen({ stores, watch }) {
      await stores.nats.kill()
      await watch.untilPaused()
      await stores.nats.restart()
    },
  },
  {
    name: 'the stream of events deleted (and made anew by Hubs)',
    async happen({ stores, traffic, watch }) {
      // What is accepted in the moment of its deletion goes with it, as its operator wants.
      await traffic.halt()
      await watch.untilTrue()
      await atNats(stores.nats.url, async (manager) => void (await manager.streams.delete('HUBS')))
      traffic.go()
    },
  },
  {
    name: 'NATS restored from an older copy',
    async happen({ stores, traffic, watch }) {
      // What only the newer state has was triaged; what is lost with it afterwards is the restorer's to know.
      await traffic.halt()
      await stores.nats.keep()
      traffic.go()
      await lasting(1_500)
      await traffic.halt()
      await watch.untilTrue()
      await stores.nats.revert()
      traffic.go()
    },
  },
  {
    name: 'connection of a daemon to NATS half open',
    async happen({ daemons: [daemon] }) {
      daemon?.nats.strand()
      await lasting(HALF_OPEN)
    },
  },
  {
    name: 'poison on the bus: no JSON, no envelope, too large',
    deadLetters: 6,
    async happen({ stores }) {
      const connection = await connect({ servers: stores.nats.url })
      const envelope = (fields: object) =>
        JSON.stringify({ specversion: '1.0', id: 'x', source: 's', ...fields })
      const poison: readonly [subject: string, body: string | Uint8Array][] = [
        ['events.north.0', '{'],
        ['events.north.0', new Uint8Array([0xff, 0xfe, 0x00])],
        ['events.north.0', envelope({ type: 7 })],
        ['events.north.0', envelope({ type: 'north.0', time: 'never' })],
        ['events.ci.north.0', '['.repeat(100_000)],
        ['events.ci.north.0', JSON.stringify({ text: 'x'.repeat(300_000) })],
      ]
      for (const [subject, body] of poison) connection.publish(subject, body)
      await connection.flush()
      await connection.close()
    },
  },
]
