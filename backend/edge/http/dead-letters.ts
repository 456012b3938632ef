import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { DeadLetter, DeadLetters } from '../../bus/dead-letters.ts'
import { answered } from './openapi.ts'
import { ProblemError } from './problem.ts'
import type { Call, Route } from './route.ts'

const MOST = 100

const query = z.object({
  limit: z.coerce.number().int().min(1).max(MOST).default(MOST).meta({ description: 'How many at most' }),
  before: z.string().max(20).optional().meta({ description: 'Only those older than the one of this id' }),
})
const deadLetter = z.object({
  ...{ id: z.string(), topic: z.string(), reason: z.string(), time: z.string(), bytes: z.int() },
  ...{ body: z.string().optional(), bodyBase64: z.string().optional() },
})

/** Messages that were put aside, for those who run the installation. */
export function deadLetterRoutes(dead: DeadLetters): Route[] {
  const path = '/api/v1/dead-letters/:id'
  const idOf = ({ params }: Call): string => params.id ?? ''
  const none = (call: Call) => new ProblemError(404, `There is no dead letter ${idOf(call)}.`)

  return [
    {
      method: 'GET',
      path: '/api/v1/dead-letters',
      right: 'administer',
      about: {
        summary: 'Messages that were put aside, newest first',
        requestParams: { query },
        responses: {
          200: answered('With the reason of each', z.object({ deadLetters: z.array(deadLetter) })),
        },
      },
      async handle(call) {
        const asked = query.safeParse(Object.fromEntries(call.url.searchParams))
        if (!asked.success) throw new ProblemError(400, `limit is a number from 1 to ${MOST}, before an id.`)
        return { status: 200, body: { deadLetters: (await dead.list(asked.data)).map(summary) } }
      },
    },
    {
      method: 'GET',
      path,
      right: 'administer',
      about: {
        summary: 'One of them, with its body',
        responses: { 200: answered('body is text, bodyBase64 what is none', deadLetter) },
      },
      async handle(call) {
        const letter = await dead.get(idOf(call))
        if (!letter) throw none(call)
        return { status: 200, body: { ...summary(letter), ...content(letter.body) } }
      },
    },
    {
      method: 'POST',
      path: `${path}/replay`,
      right: 'administer',
      about: {
        summary: 'Put it on the bus once more, and forget it here',
        responses: { 204: { description: 'It is on the bus' } },
      },
      async handle(call) {
        if (!(await dead.replay(idOf(call)))) throw none(call)
        return { status: 204 }
      },
    },
    {
      method: 'DELETE',
      path,
      right: 'administer',
      about: { summary: 'Forget it', responses: { 204: { description: 'It is gone' } } },
      async handle(call) {
        if (!(await dead.drop(idOf(call)))) throw none(call)
        return { status: 204 }
      },
    },
  ]
}

const summary = ({ id, topic, reason, time, body }: DeadLetter) => ({
  id,
  topic,
  reason,
  time: new Date(time).toISOString(),
  bytes: body.byteLength,
})

/** As text where it is some. */
const content = (body: Uint8Array) =>
  isUtf8(body)
    ? { body: Buffer.from(body).toString('utf8') }
    : { bodyBase64: Buffer.from(body).toString('base64') }
