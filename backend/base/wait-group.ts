/** Counts what is under way, so that somebody can wait for its end (after the one of Go). */
export interface WaitGroup {
  begin(): void
  end(): void
  /** Resolves when as many have ended as have begun: at once if nothing is under way. */
  idle(): Promise<void>
}

export function openWaitGroup(): WaitGroup {
  let underWay = 0
  const waiting: (() => void)[] = []
  return {
    begin() {
      underWay++
    },
    end() {
      underWay--
      if (underWay > 0) return
      for (const resolve of waiting.splice(0)) resolve()
    },
    async idle() {
      if (underWay > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}
