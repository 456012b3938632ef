'use client'
import type { ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { Prose } from '../ui/prose.tsx'
import type { notes } from './widget.ts'

export default function NotesView({ data }: ViewProps<typeof notes>) {
  return data.html === '' ? <Empty>Nothing written yet.</Empty> : <Prose html={data.html} />
}
