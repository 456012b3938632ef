import type { LoadContext } from '#widgets/define.ts'
import type { LoadLifetime } from './load-lifetime.ts'

const MAKE = Symbol('signal')

/** The same for every context: a getter in an object literal gives each object a hidden class of its own, 2 µs of work. */
const signal = {
  configurable: true,
  enumerable: true,
  get(this: { readonly [MAKE]: () => AbortSignal }) {
    return this[MAKE]()
  },
}

/** Makes `rest` itself a context whose `signal` is made when it is asked for. */
export function lazySignal(lifetime: LoadLifetime, rest: Omit<LoadContext, 'signal'>): LoadContext {
  Object.defineProperty(Object.assign(rest, { [MAKE]: lifetime.signal }), 'signal', signal)
  // It has it now.
  return rest as LoadContext
}
