import type { Verb } from '#backend/cache/script/scripts.ts'
import { called, crash, type Fault, lasting, type Scene } from './scene.ts'

const first = ({ daemons }: Scene) => {
  const [daemon] = daemons
  if (!daemon) throw new Error('There is no daemon.')
  return daemon
}

/** A daemon dies at one point of its work, to the very message. */
function dies(name: string, verb: Verb, when: 'before' | 'after'): Fault {
  return {
    name,
    async happen(scene) {
      const daemon = first(scene)
      await daemon.redis.pauseAt(called(verb), when)
      await crash(daemon)
    },
  }
}

export const daemonFaults: readonly Fault[] = [
  dies('a daemon killed before its invalidation is in Redis', 'invalidate', 'before'),
  dies('a daemon killed after its invalidation, before it acknowledges', 'invalidate', 'after'),
  dies('a daemon killed holding a lease, its load done', 'commit', 'before'),
  dies('a daemon killed between commit and the next acknowledgement', 'commit', 'after'),
  {
    name: 'a daemon stopped (SIGSTOP) past its leases, then continued',
    doubles: true,
    async happen(scene) {
      const { pid } = first(scene).product
      process.kill(pid, 'SIGSTOP')
      await lasting(13_000)
      process.kill(pid, 'SIGCONT')
    },
  },
  {
    name: 'all daemons killed, until pages say paused',
    endsAll: true,
    async happen({ daemons, watch }) {
      await Promise.all(daemons.map(({ product }) => product.kill()))
      await watch.untilPaused()
      await Promise.all(daemons.map(({ product }) => product.restart()))
    },
  },
]
