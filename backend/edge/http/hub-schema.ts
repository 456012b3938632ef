import type { WidgetTypeView } from '#contract/widget-type-view.ts'
import { hubSchema } from '../../hubs/hub-schema.ts'
import type { Route } from './route.ts'

/** The schema of hub documents, under an address that editors can be given. */
export function hubSchemaRoute(types: readonly WidgetTypeView[]): Route {
  const body = Buffer.from(JSON.stringify(hubSchema(types)))
  return {
    method: 'GET',
    path: '/api/v1/hub.schema.json',
    right: 'anyone',
    about: {
      summary: 'JSON Schema of a hub document, with the settings of each widget type',
      responses: {
        200: {
          description: 'The schema',
          content: { 'application/schema+json': { schema: { type: 'object' } } },
        },
      },
    },
    shared: true,
    handle: async () => ({
      status: 200,
      headers: { 'content-type': 'application/schema+json' },
      body,
    }),
  }
}
