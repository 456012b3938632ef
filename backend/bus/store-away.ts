import { DatabaseAway, isDatabaseAway } from '../db/database-away.ts'
import { BusAway } from './bus.ts'

/** For what the store rejected. @throws BusAway, whose message says why. */
export function rejectAway(error: unknown): never {
  const away = isDatabaseAway(error) ? new DatabaseAway({ cause: error }).message : 'It does not answer.'
  throw new BusAway(`The database holds the bus. ${away}`, { cause: error })
}
