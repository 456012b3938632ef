import { pino } from 'pino'
import { startNats } from '../../e2e/servers/nats.ts'
import { describeBus } from './contract.ts'
import { natsBus } from './nats-bus.ts'

describeBus('the bus on NATS', async () => {
  const log = pino({ level: 'silent' })
  const server = await startNats()
  return {
    async open({ ackWait }) {
      const bus = natsBus({ url: server.url, log, ackWait })
      // The last to prepare the consumer sets its ack wait.
      await bus.through()
      return bus
    },
    end: () => server.stop(),
  }
})
