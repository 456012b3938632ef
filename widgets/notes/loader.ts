import { hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Load } from '../define.ts'
import { inSandbox } from '../sandbox/sandbox.ts'
import { markdown } from './markdown.ts'
import type { notes } from './widget.ts'

/**
 * Characters of text that is rendered at once. The worst of it takes micromark some 20 ms, less than a process takes to
 * start, but the time grows with the square of the length: 20 KB of nested emphasis take seconds.
 */
const SHORT = 1024

/** Rejects never. */
let last: Promise<unknown> = Promise.resolve()

/** One a turn of the event loop: a hub may have a hundred notes, and their loads begin together. */
function renderSerially(text: string, signal: AbortSignal): Promise<string> {
  const rendered = last.then(async () => {
    signal.throwIfAborted()
    await turn()
    return markdown(text)
  })
  last = rendered.catch(() => {})
  return rendered
}

export const load: Load<typeof notes> = async ({ text }, { party, signal }) => ({
  html:
    text.length <= SHORT
      ? await renderSerially(text, signal)
      : await inSandbox('markdown', text, {
          party,
          purpose: `notes ${hash('sha1', text)}`,
          tooMuch:
            'This Markdown takes more time to lay out than it may. Write it with less that is nested in one another.',
          signal,
        }),
})
