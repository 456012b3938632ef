import { setTimeout } from 'node:timers/promises'
import { type ExampleDelivery, gitHubDay } from '#sources/github/day.ts'
import { signedHeaders } from '#sources/github/signed.ts'
import { addressAt, ask, detailOf } from './ask.ts'
import { print as printLine } from './print.ts'

/** Deliveries that wait for an answer at a time. */
const WAITING = 32

/**
 * Sends a day of signed GitHub deliveries to a running Hubs, `rate` a second, and tells of it in plain text.
 * @throws Error with a plain sentence when Hubs cannot be reached or refuses a delivery.
 */
export async function replayGithub(options: {
  /** Public address of the running Hubs. */
  readonly url: string
  readonly secret: string
  readonly rate: number
  readonly deliveries?: readonly ExampleDelivery[]
  readonly print?: (line: string) => void
}): Promise<void> {
  const { url, secret, rate, deliveries = gitHubDay(), print = printLine } = options
  const hook = addressAt(url, '/api/v1/hooks/github')
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const byEvent = new Map<string, number>()
  const waiting = new Set<Promise<void>>()
  let accepted = 0
  let reportedAt = 0
  let refusal: Error | undefined

  print(`Sending ${deliveries.length} GitHub deliveries to ${hook.href}, ${rate} a second.`)
  for (const [index, delivery] of deliveries.entries()) {
    const early = index / rate - seconds()
    if (early > 0) await setTimeout(early * 1000)
    while (waiting.size >= WAITING) await Promise.race(waiting)
    if (refusal) break
    const sent = send(hook, secret, delivery)
      .then(
        () => {
          accepted += 1
          byEvent.set(delivery.event, (byEvent.get(delivery.event) ?? 0) + 1)
        },
        (error: Error) => {
          refusal ??= error
        },
      )
      .finally(() => waiting.delete(sent))
    waiting.add(sent)
    if (seconds() - reportedAt < 2) continue
    reportedAt = seconds()
    print(`${accepted} of ${deliveries.length} accepted after ${reportedAt.toFixed(0)} s.`)
  }
  await Promise.all(waiting)
  if (refusal) throw refusal
  const kinds = [...byEvent].map(([event, count]) => `${event} ${count}`).join(', ')
  print(`All ${accepted} were accepted in ${seconds().toFixed(1)} s: ${kinds}.`)
}

async function send(hook: URL, secret: string, { id, event, payload }: ExampleDelivery): Promise<void> {
  const body = payload(Date.now())
  const headers = {
    'user-agent': 'GitHub-Hookshot/replay',
    ...(await signedHeaders(secret, { id, event, body })),
  }
  const answer = await ask(hook, { method: 'POST', headers, body })
  if (answer.ok) return
  if (answer.status === 401) {
    throw new Error('The signature was refused: GITHUB_WEBHOOK_SECRET is not the one Hubs was started with.')
  }
  throw new Error(`A ${event} delivery was refused with ${answer.status}: ${detailOf(answer.text)}`)
}
