import type { Post } from '#backend/base/post.ts'

/** A header of a delivery; undefined when it is missing, empty or sent in several. Names are in lower case. */
export function header(headers: Post['headers'], name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
