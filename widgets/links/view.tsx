'use client'
import type { DataOf, ViewProps } from '../define.ts'
import { siteHref } from '../ui/base-path.ts'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { Row } from '../ui/row.tsx'
import type { links } from './widget.ts'

type Group = DataOf<typeof links>['groups'][number]
type Link = Group['links'][number]

export default function LinksView({ data }: ViewProps<typeof links>) {
  const groups = data.groups.filter((group) => group.links.length > 0)
  if (groups.length === 0) return <Empty>No links yet.</Empty>
  return (
    <div className="grid gap-x-8 gap-y-4 @lg:grid-cols-[repeat(auto-fit,minmax(14rem,1fr))]">
      {groups.map((group, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no identity but their place
        <section key={place}>
          {group.title === undefined ? null : (
            <h3 className="truncate pb-0.5 font-medium text-muted text-small" title={group.title} dir="auto">
              {group.title}
            </h3>
          )}
          <List items={group.links} keyOf={(link) => group.links.indexOf(link)}>
            {(link) => <LinkRow link={link} />}
          </List>
        </section>
      ))}
    </div>
  )
}

function LinkRow({ link: { title, url, note } }: { readonly link: Link }) {
  if (/^https?:/i.test(url)) return <Row title={title} href={url} note={note ?? new URL(url).host} />
  const mail = /^mailto:/i.test(url)
  return (
    <Row
      title={
        // Within a frame elsewhere, our own pages may only open outside it.
        <a className="link" href={siteHref(url)} title={title} target={mail ? undefined : '_top'}>
          {title}
        </a>
      }
      note={note ?? (mail ? url.slice('mailto:'.length).split('?')[0] : undefined)}
    />
  )
}
