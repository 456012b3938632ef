import type { LoadContext } from '#widgets/define.ts'
import type { Ending } from './load.ts'

const ENDING = Symbol('ending')

/** The same for every context: a getter in an object literal gives each object a hidden class of its own, 2 µs of work. */
const signal = {
  enumerable: true,
  get(this: { readonly [ENDING]: Ending }) {
    return this[ENDING].signal()
  },
}

/** Makes `rest` a context whose `signal` is made when it is asked for. */
export function lazySignal(ending: Ending, rest: Omit<LoadContext, 'signal'>): LoadContext {
  Object.defineProperty(Object.assign(rest, { [ENDING]: ending }), 'signal', signal)
  // It has it now.
  return rest as LoadContext
}
