import { z } from 'zod'

const tokens = /^(?:[^\s.*>\p{Cc}\p{Surrogate}]+|\*)(?:\.(?:[^\s.*>\p{Cc}\p{Surrogate}]+|\*)){0,15}$/u

function isPattern(text: string): boolean {
  if (new TextEncoder().encode(text).length > 255) return false
  if (text === '>') return true
  return tokens.test(text.endsWith('.>') ? text.slice(0, -1).concat('*') : text)
}

/** A topic pattern in a widget's config: 1 to 16 tokens, 255 bytes; `*` is one token, `>` (last only) one or more. */
export const topicPattern = z.string().max(255).refine(isPattern, {
  error: 'must be a topic pattern such as deploy.prod.* or github.acme.>',
})
