import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { leadByVote } from './lead-by-vote.ts'

interface Channel {
  dead: boolean
  onmessage: ((event: { data: unknown }) => void) | null
}

/** Messages between documents arrive when the scheduler says, in the order one document sent them to another. */
function channels(scheduler: fc.Scheduler) {
  const open: Channel[] = []
  const ways = new Map<string, Promise<unknown>>()
  class Simulated implements Channel {
    dead = false
    onmessage: Channel['onmessage'] = null
    constructor() {
      open.push(this)
    }
    postMessage(data: unknown): void {
      if (this.dead) return
      for (const other of open) {
        if (other === this) continue
        const way = `${open.indexOf(this)} ${open.indexOf(other)}`
        const arrived = Promise.all([ways.get(way), scheduler.schedule(Promise.resolve(), way)])
        ways.set(
          way,
          arrived.then(() => {
            if (!other.dead) other.onmessage?.({ data })
          }),
        )
      }
    }
    close(): void {
      this.dead = true
    }
  }
  vi.stubGlobal('BroadcastChannel', Simulated)
  return open
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const step = fc.oneof(
  fc.constant({ do: 'join' as const }),
  fc.record({ do: fc.constantFrom('leave' as const, 'die' as const), n: fc.nat(5) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
  fc.record({ do: fc.constant('deliver' as const), count: fc.nat(8) }),
)

test('whoever joins, leaves or dies in whatever order, in the end exactly one of the living leads', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 30, size: 'max' }),
      async (scheduler, steps) => {
        const open = channels(scheduler)
        const documents: { leads: boolean; readonly leave: AbortController; readonly channel: Channel }[] = []

        async function deliver(count: number): Promise<void> {
          for (let n = 0; n < count && scheduler.count() > 0; n++) await scheduler.waitNext(1)
        }

        function join(): void {
          const leave = new AbortController()
          const channel = () => open.at(-1) as Channel
          const joined = { leads: false, leave, channel: undefined as unknown as Channel }
          leadByVote('hubs', leave.signal, {
            elected() {
              joined.leads = true
            },
            deposed() {
              joined.leads = false
            },
            failed() {},
          })
          joined.channel = channel()
          documents.push(joined)
        }

        join()
        for (const next of steps) {
          if (next.do === 'join') join()
          else if (next.do === 'wait') await vi.advanceTimersByTimeAsync(next.ms)
          else if (next.do === 'deliver') await deliver(next.count)
          else if (documents.length > 1) {
            const [left] = documents.splice(next.n % documents.length, 1)
            if (next.do === 'leave') left?.leave.abort()
            else if (left) left.channel.dead = true
          }
        }
        for (let n = 0; n < 60; n++) {
          await deliver(10_000)
          await vi.advanceTimersByTimeAsync(250)
        }
        expect(documents.filter(({ leads }) => leads)).toHaveLength(1)
        for (const { leave } of documents) leave.abort()
      },
    ),
    { numRuns: 60 },
  )
}, 120_000)
