'use client'
import { useId } from 'react'
import type { ViewProps } from '../define.ts'
import { basePath } from '../ui/base-path.ts'
import { Empty } from '../ui/empty.tsx'
import { Prose } from '../ui/prose.tsx'
import { withIds } from './footnotes.ts'
import type { notes } from './widget.ts'

/** Its paths are of this installation. Markdown escapes what is no tag of its own, so the pattern names tags. */
const placed = (html: string) =>
  basePath === '' ? html : html.replaceAll('<a href="/', `<a href="${basePath}/`)

export default function NotesView({ data }: ViewProps<typeof notes>) {
  const own = useId()
  return data.html === '' ? (
    <Empty>Nothing written yet.</Empty>
  ) : (
    <Prose html={withIds(placed(data.html), own)} />
  )
}
