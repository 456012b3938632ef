import { utcTime } from '#widgets/ui/utc-time.ts'

/** What a document says of its age while no script keeps it current. `time` is in ms since 1970. */
export function AsOf({ time }: { readonly time: number }) {
  return (
    <span>
      As of <time dateTime={new Date(time).toISOString()}>{utcTime(time)}</time>. Not updating.
    </span>
  )
}
