import { createRequire } from 'node:module'

/** What is posted of an event, as far as all of them have it. */
export interface Payload {
  readonly [field: string]: unknown
  readonly action?: string
  readonly repository?: { readonly full_name: string }
}

/**
 * GitHub's own example payloads, by the name of the event. Required, not imported: the package is plain JSON, which Node 20
 * does not import, and is there for development alone.
 * @throws Error with a plain sentence where it is not installed.
 */
export function examplePayloads(): ReadonlyMap<string, readonly Payload[]> {
  try {
    const all = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
      readonly name: string
      readonly examples: readonly Payload[]
    }[]
    return new Map(all.map(({ name, examples }) => [name, examples]))
  } catch (cause) {
    const message = 'The example deliveries are not installed here. Replay from a clone, after npm ci there.'
    throw new Error(message, { cause })
  }
}
