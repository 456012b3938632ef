import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import type { Post } from '#backend/base/post.ts'
import type { Refusal } from '#backend/base/refusal.ts'
import type { Json } from '#widgets/define.ts'

/** An event of an outside tool, by the attributes of CloudEvents; checked when it is taken in. */
export interface SourceEvent {
  /** The same whenever the tool tells of it again. */
  readonly id: string
  readonly source: string
  readonly type: string
  readonly topic: string
  /** When it happened, milliseconds since 1970. */
  readonly time: number
  readonly data: Json
}

/** Where a tool posts its deliveries, `/api/v1/hooks/<name>`, each with a proof that it is the tool's. */
export interface WebhookDoor {
  /** The variable with what deliveries are signed with; unset, one that follows from `HUBS_SECRET` and the name. */
  readonly secret: string
  /** Bytes of one delivery. */
  readonly limit: number
  /** What the description of the API says of it. */
  readonly summary: string
  /** The headers of each delivery, described. */
  readonly headers: Readonly<Record<string, z.ZodType>>
  /** What is wrong as the headers tell: anybody may ask, so it is said before a body of megabytes is taken in. */
  headerFault(headers: IncomingHttpHeaders): Refusal | undefined
  /** What a delivery tells, once it is proved by `secret`. */
  read(secret: string, delivery: Post): Promise<{ readonly events: readonly SourceEvent[] } | Refusal>
}

/** A setting that widget types may name in their `secrets`; the environment variable of its name holds it. */
export interface SecretSetting {
  readonly schema: z.ZodType<string>
  /** It may stand in a file, which the variable `<name>_FILE` names. */
  readonly file: boolean
}

/** An outside tool: what it tells us, and what it is asked with. */
export interface SourceDefinition {
  /** Also its folder's name: `[a-z][a-z0-9-]*`. */
  readonly name: string
  /** Pattern of the topics that are its own: who else publishes there needs a token that names them. */
  readonly topics: string
  /** Whether a `source` of CloudEvents is its own, likewise. */
  ownsEventSource(source: string): boolean
  /** By name. */
  readonly secrets: Readonly<Record<string, SecretSetting>>
  readonly door?: WebhookDoor
}
