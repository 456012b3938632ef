import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { startNats } from './nats.ts'

test('a killed server comes back with its streams', async () => {
  const server = await startNats()
  const before = await connect({ servers: server.url })
  await (await jetstreamManager(before)).streams.add({ name: 'S', subjects: ['s.>'] })
  await jetstream(before).publish('s.a', 'x')
  await server.kill()
  await server.restart()
  const after = await connect({ servers: server.url })
  expect((await (await jetstreamManager(after)).streams.info('S')).state.messages).toBe(1)
  await Promise.all([before.close(), after.close()])
  await server.stop()
})
