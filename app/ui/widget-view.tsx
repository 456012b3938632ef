'use client'
import { type ComponentType, memo, useMemo } from 'react'
import type { Json } from '#widgets/define.ts'
import { eagerViews, views } from '#widgets/views.tsx'
import { CardMessage } from './card-message.tsx'
import { ViewGuard } from './view-guard.tsx'

type AnyView = ComponentType<{ readonly data: Json; readonly config: Json }>

/** The view of a type, guarded. It renders again only for other data or config. */
export const WidgetView = memo(function WidgetView({
  type,
  data,
  config,
}: {
  readonly type: string
  readonly data: Json
  readonly config: Json
}) {
  const shown = useMemo(() => ({ data, config }), [data, config])
  if (!Object.hasOwn(views, type))
    return (
      <CardMessage tone="warn" title="This page is older than the widget">
        Reload the page to see widgets of type “{type}”.
      </CardMessage>
    )
  // The server parsed data and config with the type's own schemas; here they are JSON that came over the wire.
  const View = views[type as keyof typeof views] as unknown as AnyView
  const Eager = eagerViews?.get(type) as AnyView | undefined
  return (
    <ViewGuard
      of={shown}
      trial={Eager && <Eager data={data} config={config} />}
      fallback={
        <CardMessage tone="bad" title="This widget could not be drawn">
          Its view failed on the data it was given. Other widgets are not affected; new data or settings are
          tried by themselves.
        </CardMessage>
      }
    >
      <View data={data} config={config} />
    </ViewGuard>
  )
})
