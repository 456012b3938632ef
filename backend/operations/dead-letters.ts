import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { type DeadLetterView, deadLetter } from '#contract/dead-letter.ts'
import { refusal } from '../base/refusal.ts'
import type { DeadLetter, DeadLetters } from '../bus/dead-letters.ts'
import { operation } from './operation.ts'

const MOST = 100
const pageSize = `must be a whole number from 1 to ${MOST}`
const id = z.object({ id: z.string() })

/** Messages that were put aside, for those who run the installation. */
export function deadLetterOperations({ dead }: { readonly dead: DeadLetters }) {
  const missing = (id: string) => refusal('missing', `There is no dead letter ${id}.`)

  const list = operation({
    method: 'GET',
    path: '/api/v1/dead-letters',
    right: 'administer',
    summary: 'Messages that were put aside, newest first',
    input: z.object({
      limit: z.coerce
        .number({ error: pageSize })
        .int({ error: pageSize })
        .min(1, { error: pageSize })
        .max(MOST, { error: pageSize })
        .default(MOST)
        .meta({ description: 'How many at most' }),
      before: z
        .string()
        .max(20, { error: 'must be an id of this list' })
        .optional()
        .meta({ description: 'Only those older than the one of this id' }),
    }),
    output: z.object({ deadLetters: z.array(deadLetter) }),
    answers: { 200: 'With the reason of each' },
    run: async (_actor, asked) => ({ output: { deadLetters: (await dead.list(asked)).map(summary) } }),
  })

  const get = operation({
    method: 'GET',
    path: '/api/v1/dead-letters/:id',
    right: 'administer',
    summary: 'One of them, with its body',
    input: id,
    output: deadLetter,
    answers: { 200: 'body is text, bodyBase64 what is none' },
    async run(_actor, { id }) {
      const letter = await dead.get(id)
      return letter ? { output: { ...summary(letter), ...content(letter.body) } } : missing(id)
    },
  })

  const replay = operation({
    method: 'POST',
    path: '/api/v1/dead-letters/:id/replay',
    right: 'administer',
    summary: 'Put it on the bus once more, and forget it here',
    input: id,
    answers: { 204: 'It is on the bus' },
    run: async (_actor, { id }) => ((await dead.replay(id)) ? { output: undefined } : missing(id)),
  })

  const drop = operation({
    method: 'DELETE',
    path: '/api/v1/dead-letters/:id',
    right: 'administer',
    summary: 'Forget it',
    input: id,
    answers: { 204: 'It is gone' },
    run: async (_actor, { id }) => ((await dead.drop(id)) ? { output: undefined } : missing(id)),
  })

  return [list, get, replay, drop] as const
}

const summary = ({ id, topic, reason, time, body }: DeadLetter): DeadLetterView => ({
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
