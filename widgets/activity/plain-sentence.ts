import type { Json, LoggedEvent } from '../define.ts'
import { httpUrl } from '../http-url.ts'
import { cut } from './cut.ts'
import type { Sentence } from './sentence.ts'

/** Fields that say in words what happened. */
const words = ['message', 'summary', 'title', 'text', 'description']
const links = ['url', 'html_url', 'href', 'link']
/** Values nobody means to put on a page. */
const secret = /secret|token|passw|credential|cookie|authorization|api_?key|private/i
const shown = 3

/** Any event: its topic, and what its data says in short: `deploy.prod.web: version 1.4`. */
export function plainSentence({ topic, subject, data }: LoggedEvent): Sentence {
  const said = summary(data) || subject || ''
  const href = isObject(data) ? linkOf(data) : undefined
  const link = href === undefined ? {} : { href }
  return {
    text: cut(said === '' ? topic : `${topic}: ${said}`),
    ...link,
    group: JSON.stringify(['topic', topic]),
    joined: (count) => ({
      text: cut(`${topic}: ${count} times${said === '' ? '' : `, last ${said}`}`),
      ...link,
    }),
  }
}

function summary(data: Json): string {
  if (Array.isArray(data)) return data.length === 1 ? '1 item' : `${data.length} items`
  if (!isObject(data)) return data === null ? '' : short(String(data))
  for (const field of words) {
    const value = Object.hasOwn(data, field) ? data[field] : undefined
    if (typeof value === 'string' && value.trim() !== '') return short(value, 200)
  }
  return Object.entries(data)
    .filter(([field, value]) => isScalar(value) && !links.includes(field) && !secret.test(field))
    .slice(0, shown)
    .map(([field, value]) => `${short(field, 40)} ${short(String(value))}`)
    .join(', ')
}

function short(text: string, length = 60): string {
  return cut(text, length)
}

function isScalar(value: Json | undefined): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    (typeof value === 'string' && value.trim() !== '')
  )
}

function isObject(data: Json): data is { readonly [field: string]: Json } {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

function linkOf(data: { readonly [field: string]: Json }): string | undefined {
  for (const field of links) {
    const link = httpUrl.safeParse(Object.hasOwn(data, field) ? data[field] : undefined)
    if (link.success) return link.data
  }
  return undefined
}
