import type { SecretSetting, SourceDefinition, WebhookDoor } from './define.ts'
import { github } from './github/source.ts'

/** Every outside tool that Hubs knows. */
export const sources: readonly SourceDefinition[] = [github]

/** What widget types may name in their `secrets`, by name. */
export const declaredSecrets: ReadonlyMap<string, SecretSetting> = new Map(
  sources.flatMap(({ secrets }) => Object.entries(secrets)),
)

/** The sources that have a door, by their names. */
export const doors: ReadonlyMap<string, WebhookDoor> = new Map(
  sources.flatMap(({ name, door }) => (door ? [[name, door] as const] : [])),
)
