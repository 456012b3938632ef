import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { json } from './widget-state.ts'

/** What a widget can be. */
export const widgetTypeView = z
  .object({
    type: z.string(),
    title: z.string(),
    description: z.string(),
    available: z.boolean(),
    remedy: z
      .string()
      .exactOptional()
      .meta({ description: 'What to set or install when it is not available' }),
    configSchema: json.meta({ description: 'JSON Schema of its config' }),
    sampleConfig: json,
  })
  .meta({ id: 'WidgetTypeView' })
export type WidgetTypeView = Immutable<z.output<typeof widgetTypeView>>
