import { type Fault, lasting } from './scene.ts'

export const otherFaults: readonly Fault[] = [
  {
    name: 'Postgres killed and restarted',
    async happen({ stores }) {
      await stores.postgres.kill()
      await lasting(2_000)
      await stores.postgres.restart()
    },
  },
  {
    name: 'Postgres away until pages say paused',
    async happen({ stores, watch }) {
      await stores.postgres.kill()
      await watch.untilPaused()
      await stores.postgres.restart()
    },
  },
  {
    name: 'a source that always fails, for 5 s',
    async happen({ truth }) {
      truth.status(500, 'north.0')
      await lasting(5_000)
      truth.status(200, 'north.0')
    },
  },
  {
    name: 'every process restarted in turn (a deploy)',
    async happen({ members }) {
      for (const { product } of members) await product.restart()
    },
  },
]
