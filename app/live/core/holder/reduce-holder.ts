import { takeCheck, takeRefusal } from './absence.ts'
import type { HolderEffect } from './holder-effect.ts'
import type { HolderInput } from './holder-input.ts'
import type { HolderState } from './holder-state.ts'
import { readLayout, takeLayoutAnswer } from './layouts.ts'
import { takeEvent } from './link-events.ts'
import { fitLinks, isOpen, renewLinks } from './links.ts'
import { readBatch, takeAnswer } from './missing-results.ts'
import { sweep, takeMessage } from './page-messages.ts'
import { postStatuses, postStatusesLater } from './posts.ts'

const SWEEP_EVERY = 10_000

/**
 * What a holder does about one thing that happens: `state` is changed, and what is to be done outside is returned, in
 * order. The same inputs at the same moments give the same effects. The first input is a sweep.
 */
export function reduceHolder(state: HolderState, input: HolderInput, now: number): readonly HolderEffect[] {
  const effects: HolderEffect[] = []
  state.now = now
  state.effects = effects
  switch (input.kind) {
    case 'message':
      takeMessage(state, input.message, input.from)
      break
    case 'event':
      takeEvent(state, input.link, input.event)
      break
    case 'refused':
      takeRefusal(state, input.link)
      break
    case 'hub':
      if ('layout' in input.read) takeLayoutAnswer(state, input.read.layout, input.answer)
      else takeCheck(state, input.read.absence, input.answer)
      break
    case 'sweep':
      sweep(state)
      effects.push({ kind: 'wait', ms: SWEEP_EVERY, next: input })
      break
    case 'fit links':
      fitLinks(state)
      postStatusesLater(state)
      break
    case 'post statuses':
      postStatuses(state)
      break
    case 'renew links':
      if (isOpen(state, input.unlessClosed)) renewLinks(state, 'all')
      break
    case 'retry':
      if ('wants' in input.task) readBatch(state, input.task)
      else readLayout(state, input.task)
      break
    default:
      takeAnswer(state, input)
  }
  return effects
}
