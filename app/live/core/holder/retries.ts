import type { HolderState } from './holder-state.ts'
import { postStatuses } from './posts.ts'
import type { Batch, LayoutRead } from './read-request.ts'

/** What was asked for did not come: it is read again after a while, and until it comes pages may have to say paused. */
export function retryLater(state: HolderState, task: Batch | LayoutRead): void {
  task.failingSince ??= state.now
  task.failures += 1
  postStatuses(state)
  state.effects.push({ kind: 'wait', failures: task.failures, next: { kind: 'retry', task } })
}
