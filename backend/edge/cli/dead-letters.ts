import { z } from 'zod'
import { addressAt, ask, detailOf } from './ask.ts'
import { complain, print } from './print.ts'
import { printTable } from './table.ts'
import { UsageError } from './usage-error.ts'

const letter = z.object({
  id: z.string(),
  topic: z.string(),
  reason: z.string(),
  time: z.string(),
  bytes: z.number(),
  body: z.string().optional(),
  bodyBase64: z.string().optional(),
})

/** Dead letters of a running Hubs, which is asked over HTTP with a token that has the scope `administer`. */
export async function deadLetters(
  { url, token }: { readonly url: string; readonly token: string },
  [verb, id, ...more]: readonly string[],
): Promise<void> {
  async function call(method: string, path = ''): Promise<unknown> {
    const address = addressAt(url, `/api/v1/dead-letters${path}`)
    const { ok, status, text } = await ask(address, { method, headers: { authorization: `Bearer ${token}` } })
    if (!ok) throw new Error(`${address.origin} answered ${status}: ${detailOf(text)}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const one = `/${encodeURIComponent(id ?? '')}`

  if (verb === 'list' && id === undefined) {
    const { deadLetters } = z.object({ deadLetters: z.array(letter) }).parse(await call('GET'))
    printTable(
      ['ID', 'TIME', 'TOPIC', 'BYTES', 'REASON'],
      deadLetters.map(({ id, time, topic, bytes, reason }) => [
        ...[id, time.slice(0, 19).replace('T', ' '), topic],
        ...[String(bytes), reason],
      ]),
    )
    return
  }
  if (id === undefined || more.length > 0) throw new UsageError(`dead ${verb ?? ''} takes one ID.`)
  if (verb === 'show') {
    const { body, bodyBase64, ...rest } = letter.parse(await call('GET', one))
    for (const [name, value] of Object.entries(rest)) complain(`${name}: ${value}`)
    const shown = body ?? bodyBase64 ?? ''
    // Into a file or a program it goes as it came.
    if (process.stdout.isTTY) print(shown)
    else console.log(shown)
  } else if (verb === 'replay') {
    await call('POST', `${one}/replay`)
    print(`Dead letter ${id} is on the bus once more.`)
  } else if (verb === 'drop') {
    await call('DELETE', one)
    print(`Dead letter ${id} is gone.`)
  } else throw new UsageError(`There is no command “dead ${verb ?? ''}”.`)
}
