import { z } from 'zod'
import { type WidgetTypeView, widgetTypeView } from '#contract/widget-type-view.ts'
import { operation } from './operation.ts'

/** The catalogue of what a widget can be. */
export function widgetTypeOperations({ types }: { readonly types: readonly WidgetTypeView[] }) {
  const list = operation({
    method: 'GET',
    path: '/api/v1/widget-types',
    right: 'anyone',
    summary: 'What a widget can be',
    input: z.object({}),
    output: z.object({ types: z.array(widgetTypeView) }),
    answers: { 200: 'All types of this installation' },
    shared: true,
    run: async () => ({ output: { types: [...types] } }),
  })
  return [list] as const
}
