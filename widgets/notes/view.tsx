'use client'
import { useId } from 'react'
import type { ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { Prose } from '../ui/prose.tsx'
import { withIds } from './footnotes.ts'
import type { notes } from './widget.ts'

export default function NotesView({ data }: ViewProps<typeof notes>) {
  const own = useId()
  return data.html === '' ? <Empty>Nothing written yet.</Empty> : <Prose html={withIds(data.html, own)} />
}
