import type { Load } from '../define.ts'
import { renderMarkdown } from './render.ts'
import type { notes } from './widget.ts'

export const load: Load<typeof notes> = async ({ text }, { signal }) => ({
  html: await renderMarkdown(text, signal),
})
