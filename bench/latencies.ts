import { build, type Histogram } from 'hdr-histogram-js'
import { figure, inWords, spreadOf } from './spread.ts'

/** Times of many tries, kept to three digits from 1 µs to 100 s. */
interface Latencies {
  /** Milliseconds, from when the try was due. */
  add(ms: number): void
  /** Milliseconds. */
  at(percentile: number): number
  readonly count: number
  readonly most: number
  /** p50, p90, p99, p99.9 and the most. */
  inWords(): string
}

function latencies(): Latencies {
  const histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 100_000_000,
    numberOfSignificantValueDigits: 3,
  })
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000
  return {
    add: (ms) => histogram.recordValue(Math.max(1, Math.round(ms * 1_000))),
    at,
    get count() {
      return histogram.totalCount
    },
    get most() {
      return histogram.maxValue / 1_000
    },
    inWords() {
      const parts = [50, 90, 99, 99.9].map((percentile) => `p${percentile} ${figure(at(percentile))}`)
      return `${parts.join(', ')}, most ${figure(histogram.maxValue / 1_000)} ms (${histogram.totalCount.toLocaleString('en')})`
    },
  }
}

/** Times in repeats: each by itself, for the spread, and all together, for the far percentiles. */
export interface Repeated {
  readonly all: Latencies
  /** Begins another repeat. */
  next(): void
  /** To the repeat that runs. */
  add(ms: number): void
  /** Median of the repeats' percentiles. */
  at(percentile: number): number
  /** `p50 1.2 (1.1 to 1.4), p99 3 (2.8 to 9.1) ms` */
  inWords(...percentiles: readonly number[]): string
  /** `p50 1.1, 1.2, 1.4; p99 2.8, 3, 9.1 ms` */
  eachInWords(...percentiles: readonly number[]): string
}

export function repeated(): Repeated {
  const all = latencies()
  const repeats: Latencies[] = []
  const spreadAt = (percentile: number) => spreadOf(repeats.map((repeat) => repeat.at(percentile)))
  return {
    all,
    next: () => void repeats.push(latencies()),
    add(ms) {
      all.add(ms)
      repeats.at(-1)?.add(ms)
    },
    at: (percentile) => spreadAt(percentile).median,
    inWords: (...percentiles) =>
      `${percentiles.map((percentile) => `p${percentile} ${inWords(spreadAt(percentile))}`).join(', ')} ms`,
    eachInWords(...percentiles) {
      const each = (percentile: number) => repeats.map((repeat) => figure(repeat.at(percentile))).join(', ')
      return `${percentiles.map((percentile) => `p${percentile} ${each(percentile)}`).join('; ')} ms`
    },
  }
}
