/**
 * One run of `work` at a time, each begun after it was asked for: all who ask while one goes on share the next. Unlike
 * `groupCommit`, callers bring nothing: they all ask for the same.
 */
export function shareNext(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        running = work()
        return running
      })
    return next
  }
}
