import { build, type Histogram } from 'hdr-histogram-js'
import { figure } from './spread.ts'

/** Times of many tries, kept to three digits from 1 µs to 100 s. */
export interface Latencies {
  /**
   * Milliseconds. With `every`, the milliseconds between two tries of an open loop, a slow one also stands for those
   * that should have begun meanwhile (coordinated omission, after Tene).
   */
  add(ms: number, every?: number): void
  /** Milliseconds. */
  at(percentile: number): number
  readonly count: number
  /** `p50 0.41, p99 2.3, most 4.0 ms (1,000)` */
  inWords(...percentiles: readonly number[]): string
}

export function latencies(): Latencies {
  const histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 100_000_000,
    numberOfSignificantValueDigits: 3,
  })
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000
  return {
    add(ms, every) {
      const micros = Math.max(1, Math.round(ms * 1_000))
      if (every === undefined) histogram.recordValue(micros)
      else histogram.recordValueWithExpectedInterval(micros, every * 1_000)
    },
    at,
    get count() {
      return histogram.totalCount
    },
    inWords(...percentiles) {
      const parts = percentiles.map((percentile) => `p${percentile} ${figure(at(percentile))}`)
      return `${parts.join(', ')}, most ${figure(histogram.maxValue / 1_000)} ms (${histogram.totalCount.toLocaleString('en')})`
    },
  }
}
