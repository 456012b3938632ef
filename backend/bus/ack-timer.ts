/** Tells of whatever was started and not stopped within `wait` ms; starting again begins anew. */
export function ackTimer(
  wait: number,
  expired: (sequences: readonly number[]) => void,
): { start(sequence: number): void; stop(sequence: number): void; close(): void } {
  // All wait equally long, so that the order of insertion is the order of deadlines.
  const deadlines = new Map<number, number>()
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    timer = undefined
    const now = performance.now()
    const late: number[] = []
    for (const [sequence, deadline] of deadlines) {
      if (deadline > now) {
        timer = setTimeout(look, deadline - now).unref()
        break
      }
      deadlines.delete(sequence)
      late.push(sequence)
    }
    if (late.length > 0) expired(late)
  }

  return {
    start(sequence) {
      deadlines.delete(sequence)
      deadlines.set(sequence, performance.now() + wait)
      timer ??= setTimeout(look, wait).unref()
    },
    stop: (sequence) => void deadlines.delete(sequence),
    close: () => clearTimeout(timer),
  }
}
