import { z } from 'zod'
import type { Position } from '#contract/hub.ts'
import type { FieldError } from '#contract/problem.ts'
import type { Json, WidgetType } from '#widgets/define.ts'
import { fieldErrors, plainWords, pointer } from './field-error.ts'
import { HubError } from './hub-error.ts'
import { jsonFaults } from './json-faults.ts'

export const COLUMNS = 12
const MAX_CONFIG_BYTES = 64 * 1024

/** The widget type of that name, if there is one. */
export type TypeOf = (name: string) => WidgetType | undefined

const title = z
  .string()
  .max(120)
  .regex(/^\P{Cc}*$/u, { error: 'must be one line without control characters' })
  .regex(/\S/, { error: 'must not be blank' })

const embedOrigin = z.string().max(260).refine(isOrigin, {
  error: 'must be an origin such as https://wiki.example.org, without a path',
})

// Its text goes into a header, and URLs allow more in a host (`;` and `,` too) than a policy may hold.
function isOrigin(text: string): boolean {
  return (
    /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(text) && URL.canParse(text) && new URL(text).origin === text
  )
}

const position = z
  .strictObject({
    x: z
      .int()
      .min(0)
      .max(COLUMNS - 1),
    y: z.int().min(0).max(10_000),
    w: z.int().min(1).max(COLUMNS),
    h: z.int().min(1).max(20),
  })
  .refine(({ x, w }) => x + w <= COLUMNS, { error: `reaches beyond the ${COLUMNS} columns`, path: ['w'] })

/** What an answer says beside a document's own fields: taken back, so that what was read can be written, and not kept. */
const ofAnswer = z.unknown().optional().meta({ readOnly: true })

const documentWidget = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
      error:
        'must be 1 to 64 letters, digits, hyphens and underscores, not beginning with one of the latter two',
    })
    .optional(),
  type: z.string().max(64),
  title: title.optional(),
  config: z.unknown().refine((config) => config !== undefined, { error: 'is required' }),
  position,
  key: ofAnswer,
  schema: ofAnswer,
  hideWhenEmpty: ofAnswer,
  problem: ofAnswer,
})

/** The structure of a hub document; what `config` may hold is its widget type's matter. */
export const hubDocument = z.strictObject({
  /** Where an editor finds what may stand here. */
  $schema: z.string().max(2_000).optional(),
  slug: z.string().max(64).optional(),
  revision: ofAnswer,
  title,
  summary: z.string().max(500).default(''),
  visibility: z.literal('public', {
    error: (issue) =>
      issue.input === undefined
        ? 'is required: "public"'
        : 'must be "public": this installation has no accounts yet, so it could hide nothing',
  }),
  embedOrigins: z
    .array(embedOrigin)
    .max(50)
    .default([])
    .transform((origins) => [...new Set(origins)]),
  widgets: z.array(documentWidget).max(100),
})

/** A hub as it is written: whole, each config accepted by its type and kept as it was given. */
export interface HubDocument {
  readonly title: string
  readonly summary: string
  readonly visibility: 'public'
  readonly embedOrigins: readonly string[]
  readonly widgets: readonly DocumentWidget[]
}

export interface DocumentWidget {
  readonly id?: string | undefined
  readonly type: string
  readonly title?: string | undefined
  readonly config: Json
  readonly position: Position
}

/** @throws HubError `hub-refused` naming every bad field; a slug in it must be the one it is written to. */
export function parseHubDocument(raw: unknown, typeOf: TypeOf, slug?: string): HubDocument {
  refuseIfAny(jsonFaults(raw))
  const parsed = hubDocument.safeParse(raw, { error: plainWords })
  if (!parsed.success) throw refusal(fieldErrors(parsed.error.issues))
  const { $schema: _, slug: named = slug, revision: __, widgets: given, ...rest } = parsed.data
  const widgets = given.map(({ id, type, title, config, position }) => ({
    id,
    type,
    title,
    config,
    position,
  }))
  refuseIfAny([
    ...(named === slug
      ? []
      : [{ field: '/slug', message: `is another hub’s: this is written to “${slug}”` }]),
    ...repeatedIds(widgets.map(({ id }) => id)),
    ...widgets.flatMap((widget, index) => configErrors(widget, index, typeOf)),
  ])
  // Sound JSON by the check above.
  return { ...rest, widgets: widgets as DocumentWidget[] }
}

function configErrors(
  widget: { type: string; config: unknown },
  index: number,
  typeOf: TypeOf,
): FieldError[] {
  const path = ['widgets', index, 'config']
  const type = typeOf(widget.type)
  if (!type) {
    const field = pointer(['widgets', index, 'type'])
    return [{ field, message: `names no widget type: there is none called ${JSON.stringify(widget.type)}` }]
  }
  if (Buffer.byteLength(JSON.stringify(widget.config)) > MAX_CONFIG_BYTES) {
    return [{ field: pointer(path), message: `must be at most ${MAX_CONFIG_BYTES / 1024} KiB of JSON` }]
  }
  try {
    const parsed: z.ZodSafeParseResult<unknown> = type.definition.config.safeParse(widget.config, {
      error: plainWords,
    })
    if (!parsed.success) return fieldErrors(parsed.error.issues, path)
    type.params(parsed.data)
    type.definition.interests(parsed.data)
    return []
  } catch {
    return [{ field: pointer(path), message: `could not be understood by the type ${widget.type}` }]
  }
}

function repeatedIds(ids: readonly (string | undefined)[]): FieldError[] {
  return ids.flatMap((id, index) =>
    id !== undefined && ids.indexOf(id) < index
      ? [
          {
            field: pointer(['widgets', index, 'id']),
            message: 'is the id of another widget of this document',
          },
        ]
      : [],
  )
}

function refuseIfAny(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw refusal(errors)
}

function refusal(errors: readonly FieldError[]): HubError {
  const [first] = errors
  const where = first?.field === '' || !first ? 'It' : first.field
  return new HubError(
    'hub-refused',
    `The hub document is refused. ${where} ${first?.message ?? 'is wrong'}.`,
    errors,
  )
}
