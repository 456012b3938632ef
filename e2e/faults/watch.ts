import { setTimeout as rest } from 'node:timers/promises'
import { until } from '#testing/servers/until.ts'
import { described, isTrue, missing } from './lacking.ts'
import type { Look, Reader } from './reader.ts'
import type { Traffic } from './traffic.ts'

/** Looks over the shoulders of all readers, all the time. */
export interface Watch {
  /** The longest that something was missing from a card that said it was fresh, on a page that said it was live, since `begin`. */
  readonly worst: { readonly ms: number; readonly where: string }
  /** Cards looked at that said they were fresh on pages that said they were live, and those that lacked something for longer than `LIVE`. */
  readonly looked: number
  readonly lacking: number
  /** When, by `performance.now()`, some page was last not live, or lacked something for longer than `behind` ms. */
  readonly lastBehind: number
  /** Cards said to be fresh that showed less than they had shown as fresh before. */
  readonly wentBack: readonly string[]
  begin(): void
  /** All pages say that updates are paused. */
  untilPaused(): Promise<void>
  /** All pages are live and nothing has been missing from them for longer than `behind` ms. */
  untilCurrent(): Promise<void>
  /** All pages are live and show the truth, which must have come to rest. */
  untilTrue(): Promise<void>
  close(): Promise<void>
}

const EVERY = 100
/** Milliseconds by which the line may be behind while pages say live, and between two pulses that tell. */
const LIVE = 12_000

export function watchReaders(readers: readonly Reader[], traffic: Traffic, behind: number): Watch {
  const stopped = new AbortController()
  const highest = new Map<string, number>()
  const wentBack: string[] = []
  let lastBehind = 0
  let looked = 0
  let lacking = 0
  let worst = { ms: 0, where: '' }
  let looks: readonly { readonly reader: Reader; readonly look: Look }[] = []
  let broken: unknown

  const isCurrent = (look: Look): boolean => look.live && missing(look, traffic, 'all').ms <= behind

  function judge(reader: Reader, look: Look): void {
    for (const [title, { value, fresh }] of look.shown) {
      if (!fresh) continue
      const name = `${reader.name} ${title}`
      const before = highest.get(name) ?? 0
      if (value < before) wentBack.push(`${name}: ${before} to ${value}`)
      else highest.set(name, value)
    }
    if (!look.live) return
    for (const [title, { value, fresh }] of look.shown) {
      if (!fresh) continue
      looked += 1
      if (Date.now() - (traffic.missingSince(title, value) ?? Date.now()) > LIVE) lacking += 1
    }
    const { ms, what } = missing(look, traffic, 'fresh')
    if (ms > worst.ms) worst = { ms, where: `${reader.name} ${what}` }
  }

  async function watchForEver(): Promise<void> {
    while (!stopped.signal.aborted) {
      const seen = await Promise.all(
        readers.map(async (reader) => (await reader.look()).map((look) => ({ reader, look }))),
      )
      looks = seen.flat()
      for (const { reader, look } of looks) judge(reader, look)
      if (!looks.every(({ look }) => isCurrent(look))) lastBehind = performance.now()
      await rest(EVERY)
    }
  }

  const watching = watchForEver().catch((error: unknown) => {
    broken = error
  })

  async function untilAll(what: string, holds: (look: Look) => boolean): Promise<void> {
    await until(async () => {
      if (broken) throw broken
      return looks.length > 0 && looks.every(({ look }) => holds(look))
    }, `Not all pages became ${what}`).catch((error: Error) => {
      const lacking = looks
        .filter(({ look }) => !holds(look))
        .map(({ reader, look }) => described(reader, look, traffic))
      throw new Error(`${error.message}:\n${lacking.join('\n')}`)
    })
  }

  return {
    get worst() {
      return worst
    },
    get looked() {
      return looked
    },
    get lacking() {
      return lacking
    },
    get lastBehind() {
      return lastBehind
    },
    wentBack,
    begin() {
      worst = { ms: 0, where: '' }
    },
    untilPaused: () => untilAll('paused', ({ paused }) => paused),
    untilCurrent: () => untilAll('current', isCurrent),
    untilTrue: () => untilAll('true', (look) => isTrue(look, traffic)),
    async close() {
      stopped.abort()
      await watching
    },
  }
}
