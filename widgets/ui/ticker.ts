/**
 * One timer for all that tells time on a page. It runs only while something listens and the page is shown, and beats
 * on whole seconds, so that everything changes in the same frame.
 */
const listeners = new Set<() => void>()
let clock = () => Date.now()
let timer: ReturnType<typeof setTimeout> | undefined

function beat(): void {
  clearTimeout(timer)
  timer = undefined
  if (listeners.size === 0 || document.hidden) return
  for (const listener of listeners) listener()
  timer = setTimeout(beat, 1000 - (Date.now() % 1000))
}

/** For `useSyncExternalStore`: calls back each second. */
export function subscribeTicker(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', beat)
  listeners.add(listener)
  timer ??= setTimeout(beat, 1000 - (Date.now() % 1000))
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    document.removeEventListener('visibilitychange', beat)
    clearTimeout(timer)
    timer = undefined
  }
}

/** Milliseconds since 1970, by the server's clock once a page has given one. */
export function tickerNow(): number {
  return clock()
}

/** Browsers' clocks may be hours off; ages are told by the server's. */
export function setTickerClock(given: () => number): void {
  clock = given
}
