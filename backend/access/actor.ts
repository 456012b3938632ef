import { parsePattern, patternCovers, type Segments } from '../ingest/topic.ts'
import { ownerOfSource, ownerOfTopic } from '../ingest/topic-owner.ts'

export const scopes = ['publish', 'hubs:write', 'read', 'administer'] as const
/** What the bearer of a token may do. */
export type Scope = (typeof scopes)[number]

/** `publish` narrowed to the topics of a pattern: `publish:deploy.>`. */
const PUBLISH = 'publish:'

/** Who asks: whoever sends no token, or the bearer of one. */
export interface Actor {
  /** The token's id, which is no secret; `anonymous` without one. */
  readonly token: string
  readonly scopes: ReadonlySet<Scope>
  /**
   * The scope it lacks to publish such an event; nothing when it lacks none. Plain `publish` is all topics but those
   * that somebody owns: they have to be named, and so have the topics of whoever owns its source.
   */
  lacks(event: { readonly topic: string; readonly source: string }): string | undefined
}

/** What is wrong with the text of a scope, if anything. */
export function scopeFault(text: string): string | undefined {
  if ((scopes as readonly string[]).includes(text)) return undefined
  if (!text.startsWith(PUBLISH)) return `is none of ${scopes.join(', ')}, ${PUBLISH}PATTERN`
  const pattern = parsePattern(text.slice(PUBLISH.length))
  return typeof pattern === 'string' ? `has a pattern that ${pattern}` : undefined
}

/** The bearer of a token with these scopes. */
export function actorOf(token: string, given: readonly string[]): Actor {
  const patterns = given.filter((text) => text.startsWith(PUBLISH)).flatMap(patternOf)
  const plain = given.includes('publish')
  const granted = new Set(scopes.filter((scope) => given.includes(scope)))
  if (patterns.length > 0) granted.add('publish')
  const named = (topics: Segments) => patterns.some((pattern) => patternCovers(pattern, topics))
  return {
    token,
    scopes: granted,
    lacks({ topic, source }) {
      const tokens = topic.split('.')
      const owner = ownerOfTopic(tokens)
      if (!named(tokens) && (owner !== undefined || !plain)) {
        return `${PUBLISH}${(owner?.topics ?? tokens).join('.')}`
      }
      const sourceOwner = ownerOfSource(source)
      return sourceOwner && !named(sourceOwner.topics)
        ? `${PUBLISH}${sourceOwner.topics.join('.')}`
        : undefined
    },
  }
}

export const anonymous: Actor = actorOf('anonymous', [])

/** May do everything. */
export const admin: Actor = actorOf('admin', [...scopes, `${PUBLISH}>`])

function patternOf(scope: string): Segments[] {
  const pattern = parsePattern(scope.slice(PUBLISH.length))
  return typeof pattern === 'string' ? [] : [pattern]
}
