import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import { errors } from '@nats-io/transport-node'
import { BusAway } from './bus.ts'

/** Of JetStream: subjects overlap with an existing stream; insufficient storage, of the server and of the account. */
const OVERLAP = 10065
const NO_ROOM = 10047

/** Why there is no bus, in words that say what to do. */
export function describeFault(error: unknown): string {
  if (error instanceof BusAway) return error.message
  if (error instanceof JetStreamApiError) {
    if (error.code === OVERLAP)
      return 'Another stream on NATS has subjects that Hubs needs (events.> or dead.>): give Hubs a JetStream or an account of its own, or set NATS_PREFIX.'
    if (error.code === NO_ROOM)
      return 'NATS has no room for the streams of Hubs: give it more storage, or set HUBS_BUS_BYTES lower.'
    return `NATS refuses the streams of Hubs: ${error.message}.`
  }
  if (isNoResponders(error)) return 'NATS runs without JetStream: start it with -js.'
  if (isUnauthorized(error))
    return 'NATS refuses who we say we are, or wants to know: check NATS_URL, NATS_CREDS and NATS_NKEY.'
  const denied = chain(error).find((each) => each instanceof errors.PermissionViolationError)
  if (denied)
    return `NATS does not let our user ${denied.operation === 'publish' ? 'publish' : 'subscribe'} to ${denied.subject}.`
  // The client has no code for it.
  if (error instanceof errors.ConnectionError && error.message === "server does not support 'tls'")
    return 'NATS does not speak TLS, which NATS_URL (tls://), NATS_CA or NATS_CERT ask for.'
  return ofCertificates(error) ?? 'NATS cannot be reached.'
}

/** OpenSSL names what is wrong with their certificate by a code; of what they say of ours it keeps the alert. */
function ofCertificates(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^ERR_SSL_.*ALERT/.test(code))
    return 'NATS refuses our certificate, or wants one: check NATS_CERT and NATS_KEY.'
  if (/CERT|^UNABLE_TO_|_CA$/.test(code))
    return `The certificate of NATS is not trusted (${code}): check NATS_CA and the host in NATS_URL.`
  return undefined
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError
}

/** A stream or consumer is not there (any more). */
export function isMissing(error: unknown): boolean {
  if (error instanceof JetStreamApiError) {
    return (
      error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound
    )
  }
  return isNoResponders(error)
}

/** Nobody listens on the subject: how a missing stream answers a publish. */
function isNoResponders(error: unknown): boolean {
  return chain(error).some((each) => each instanceof errors.RequestError && each.isNoResponders())
}

function chain(error: unknown): readonly unknown[] {
  return [error, error instanceof Error ? error.cause : undefined]
}
