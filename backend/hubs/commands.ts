import { z } from 'zod'
import { scopeFault } from '../access/actor.ts'
import { terminal } from '../changes/change.ts'
import type { Control } from '../db/control-socket.ts'
import type { AppliedSets } from './applied-sets.ts'
import { fieldErrors, plainWords } from './field-error.ts'
import { HubError } from './hub-error.ts'
import type { HubsRoom } from './hubs.ts'
import type { ApiTokens } from './tokens.ts'

const command = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('token create'),
    name: z
      .string()
      .regex(/^[^\p{Cc}\p{Surrogate}]{1,100}$/u, { error: 'must be 1 to 100 characters on one line' }),
    scopes: z.array(z.string().refine((text) => scopeFault(text) === undefined)).min(1),
  }),
  z.strictObject({ do: z.literal('token list') }),
  z.strictObject({ do: z.literal('token revoke'), id: z.string().max(100) }),
  z.strictObject({ do: z.literal('hubs list') }),
  z.strictObject({ do: z.literal('apply'), slug: z.string(), document: z.unknown(), dryRun: z.boolean() }),
  z.strictObject({
    do: z.literal('prune'),
    name: z.string().min(1).max(200),
    keep: z.array(z.string().max(64)).max(100_000),
    dryRun: z.boolean(),
  }),
])

/** What an operator can have done from a terminal. */
export type Command = z.input<typeof command>

export interface Results {
  'token create': { readonly id: string; readonly token: string }
  'token list': readonly {
    readonly id: string
    readonly name: string
    readonly scopes: readonly string[]
    readonly createdAt: string
    readonly revoked: boolean
  }[]
  'token revoke': { readonly revoked: boolean }
  'hubs list': readonly {
    readonly slug: string
    readonly title: string
    readonly widgets: number
    readonly revision: number
  }[]
  apply: { readonly outcome: 'created' | 'replaced' | 'unchanged'; readonly revision: number }
  prune: { readonly deleted: readonly string[] }
}

/** Carries out commands, whether asked over the control socket or in the terminal's own process. */
export function commands({
  hubs,
  tokens,
  applied,
  changed = () => {},
}: {
  hubs: HubsRoom
  tokens: ApiTokens
  applied: AppliedSets
  /** Told what was changed, without secrets. */
  changed?: (what: Readonly<Record<string, unknown>>) => void
}): Control {
  const run: { [Name in Command['do']]: (given: Command & { do: Name }) => Promise<Results[Name]> } = {
    async 'token create'({ name, scopes }) {
      const made = await tokens.create(name, scopes, terminal)
      changed({ command: 'token create', id: made.id, name, scopes })
      return made
    },
    'token list': async () =>
      (await tokens.list()).map((token) => ({ ...token, createdAt: token.createdAt.toISOString() })),
    async 'token revoke'({ id }) {
      const revoked = await tokens.revoke(id, terminal)
      if (revoked) changed({ command: 'token revoke', id })
      return { revoked }
    },
    async 'hubs list'() {
      const all: Results['hubs list'][number][] = []
      for await (const page of hubs.all()) {
        for (const { slug, title, widgets, revision } of page)
          all.push({ slug, title, revision, widgets: widgets.length })
      }
      return all
    },
    async apply({ slug, document, dryRun }) {
      const { hub, outcome } = await hubs.put(slug, document, { by: terminal, dryRun })
      if (!dryRun) changed({ command: 'apply', slug, outcome, revision: hub.revision })
      return { outcome, revision: hub.revision }
    },
    async prune({ name, keep, dryRun }) {
      const kept = new Set([...keep, ...(await applied.ofOthers(name))])
      const deleted: string[] = []
      for (const slug of await applied.slugs(name)) {
        if (kept.has(slug) || !(await hubs.get(slug))) continue
        await hubs.remove(slug, { by: terminal, dryRun })
        if (!dryRun) changed({ command: 'prune', name, slug })
        deleted.push(slug)
      }
      if (!dryRun) await applied.replace(name, keep)
      return { deleted }
    },
  }
  return async (request) => {
    const given = command.safeParse(request, { error: plainWords })
    if (!given.success) {
      const [fault] = fieldErrors(given.error.issues)
      throw new HubError('hub-refused', `${fault?.field.slice(1).replaceAll('/', ' ')} ${fault?.message}.`)
    }
    // Each name has the function that takes its command, which TypeScript cannot follow through the lookup.
    return (run[given.data.do] as (given: Command) => Promise<unknown>)(given.data)
  }
}
