import { connect, type NatsConnection } from '@nats-io/transport-node'
import { accessOptions, type NatsAccess } from './nats-access.ts'
import { parseNatsServers } from './nats-servers.ts'

const ANSWER_WITHIN = 5000

/**
 * One connection, which ends for good when it is lost: the client's own reconnecting keeps requests and publishes of an
 * outage for later.
 */
export function connectNats(options: {
  readonly url: string
  readonly access: NatsAccess | undefined
  readonly name: string
}): Promise<NatsConnection> {
  const { url, access, name } = options
  const { servers, ...credentials } = parseNatsServers(url)
  return connect({
    servers: [...servers],
    ...credentials,
    ...accessOptions(access, servers),
    name,
    reconnect: false,
    timeout: ANSWER_WITHIN,
    // A server that hangs is noticed within 10 s instead of minutes.
    pingInterval: 5000,
    maxPingOut: 1,
  })
}
