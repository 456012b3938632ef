import { daemonFaults } from './daemon-faults.ts'
import { hangingHost } from './hanging-host.ts'
import { natsFaults } from './nats-faults.ts'
import { otherFaults } from './other-faults.ts'
import { redisFaults } from './redis-faults.ts'
import { rollingRestart } from './rolling-restart.ts'
import type { Fault } from './scene.ts'
import { streamFaults } from './stream-faults.ts'

/** The whole list. */
export const faults: readonly Fault[] = [
  ...daemonFaults,
  ...redisFaults,
  ...natsFaults,
  ...otherFaults,
  rollingRestart,
  hangingHost,
  ...streamFaults,
]
