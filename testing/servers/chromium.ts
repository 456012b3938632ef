import { locate, wanted } from './locate.ts'

/** Path of a Chromium to drive. */
export function chromiumPath(): string {
  const source = locate(wanted.chromium)
  return source.kind === 'given' ? source.value : source.kind === 'program' ? source.path : ''
}
