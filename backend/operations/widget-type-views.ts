import { z } from 'zod'
import type { WidgetTypeView } from '#contract/widget-type-view.ts'
import type { Json, WidgetDefinition } from '#widgets/define.ts'
import { registry } from '#widgets/registry.ts'
import type { Lacking } from '../refresh/availability.ts'

/** The catalogue of widget types, each with what it takes and, where it lacks something here, the remedy. */
export function widgetTypeViews(lacking: Lacking): WidgetTypeView[] {
  return Object.values(registry).map(({ definition }) => view(definition, lacking.get(definition.type)))
}

function view(definition: WidgetDefinition, remedy: string | undefined): WidgetTypeView {
  const { type, title, description, config, samples } = definition
  return {
    ...{ type, title, description },
    available: remedy === undefined,
    ...(remedy === undefined ? {} : { remedy }),
    configSchema: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as Json,
    sampleConfig: samples[0]?.config ?? {},
  }
}
