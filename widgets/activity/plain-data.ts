import type { Json } from '../define.ts'
import { httpUrl } from '../kit/http-url.ts'
import { cut } from './cut.ts'
import { isSecretName } from './redact.ts'

type Fields = { readonly [field: string]: Json }

const messages = ['message', 'summary', 'title', 'text', 'description', 'comment', 'body']
const links = ['url', 'html_url', 'href', 'link']
const actors = ['by', 'actor', 'user', 'author', 'who', 'sender', 'username', 'login', 'person', 'from']
const values = ['value', 'count', 'total', 'number', 'amount', 'level', 'state', 'status']
const shown = 3

/** What the data of any event says, as far as a line can tell it, without what its name calls a secret. */
export interface PlainData {
  /** Words of its own. */
  readonly message: string
  readonly actor: string | undefined
  readonly href: string | undefined
  /** When there is one thing to tell and no name for it. */
  readonly value: string | undefined
  /** `temp 20, hum 3`. */
  readonly details: string
  /** The first of these fields that is text or a number. */
  field(...names: readonly string[]): string | undefined
}

export function readData(data: Json): PlainData {
  if (!isFields(data)) {
    const items = Array.isArray(data) ? (data.length === 1 ? '1 item' : `${data.length} items`) : undefined
    const bare = data === null || items !== undefined ? '' : String(data)
    const value = typeof data === 'number' || typeof data === 'boolean' ? bare : undefined
    return {
      message: typeof data === 'string' ? cut(data, 200) : '',
      ...{ actor: undefined, href: undefined, value, details: items ?? '', field: () => undefined },
    }
  }
  const own = Object.entries(data).filter(([name]) => !isSecretName(name))
  const fields = new Map(own)
  const field = (...names: readonly string[]) =>
    names.map((name) => scalar(fields.get(name), 60)).find((text) => text !== undefined)
  const message = messages.map((name) => messageOf(fields.get(name))).find((text) => text !== undefined) ?? ''
  const told = own.filter(
    ([name, inner]) =>
      !actors.includes(name) && !links.includes(name) && scalar(inner, 60) && !isForMachines(inner),
  )
  const [only] = told
  return {
    message,
    field,
    actor: actors.map((name) => actorOf(fields.get(name))).find((name) => name !== undefined),
    href: links.map((name) => httpUrl.safeParse(fields.get(name)).data).find((link) => link !== undefined),
    value: told.length === 1 && only && values.includes(only[0]) ? scalar(only[1], 60) : undefined,
    details: told
      .slice(0, shown)
      .map(([name, inner]) => `${cut(name.replaceAll('_', ' '), 40)} ${scalar(inner, 60)}`)
      .join(', '),
  }
}

/** Azure DevOps tells one message as text, as HTML and as Markdown. */
function messageOf(value: Json | undefined): string | undefined {
  return scalar(value !== undefined && isFields(value) ? value.text : value, 200)
}

/** Commits, ids and addresses of mail tell a reader of a line nothing. */
function isForMachines(value: Json): boolean {
  return (
    typeof value === 'string' &&
    /^(?:[0-9a-f]{32,}|[0-9a-f-]{36}|[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+)$/i.test(value)
  )
}

function actorOf(value: Json | undefined): string | undefined {
  if (value === undefined || !isFields(value))
    return typeof value === 'string' ? scalar(value, 60) : undefined
  return ['login', 'username', 'display_name', 'name']
    .map((name) => scalar(value[name], 60))
    .find((name) => name !== undefined)
}

function scalar(value: Json | undefined, length: number): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? cut(value, length) : undefined
}

function isFields(data: Json): data is Fields {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}
