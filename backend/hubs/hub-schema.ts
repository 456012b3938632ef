import { z } from 'zod'
import type { WidgetTypeView } from '#contract/widget-type-view.ts'
import { hubDocument } from './document.ts'

/** JSON Schema (2020-12) of a hub document, with the settings of each widget type: what editors complete and check by. */
export function hubSchema(types: readonly WidgetTypeView[]): object {
  const { properties, ...rest } = z.toJSONSchema(hubDocument, { io: 'input', unrepresentable: 'any' })
  const widgets = properties?.widgets
  const item = typeof widgets === 'object' ? widgets.items : undefined
  return {
    ...rest,
    title: 'Hub',
    properties: {
      ...properties,
      widgets: {
        ...(typeof widgets === 'object' ? widgets : {}),
        items: {
          ...(typeof item === 'object' ? item : {}),
          allOf: types.map(({ type, description, configSchema }) => ({
            if: { properties: { type: { const: type } } },
            // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
            then: { properties: { config: configSchema }, description },
          })),
        },
      },
    },
  }
}
