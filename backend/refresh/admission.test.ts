import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type Admission, openAdmission, type Release } from './admission.ts'
import type { Lane } from './lane.ts'
import type { Standing } from './source-health.ts'

const LONG = 60_000
const LIMITS = {
  all: 4,
  type: 3,
  source: { answers: 3, unheard: 2, silent: 1 },
  unheard: 2,
  silent: 1,
  keys: { all: 50, type: 40 },
}

let standings: Record<string, Standing>
let admission: Admission
beforeEach(() => {
  standings = {}
  admission = openAdmission(LIMITS, (source) => standings[source ?? ''] ?? 'answers')
})

const at = (type: string, source?: string): Lane => ({ type, source })

/** Begins a load, which must be able to at once or later. */
async function begin(lane: Lane, urgent = false): Promise<Release> {
  const stay = admission.enter(lane)
  const release = await admission.begin(stay, LONG, urgent)
  if (!release) throw new Error('Its turn did not come.')
  return (failed) => {
    admission.leave(stay)
    release(failed)
  }
}

test('a type has its share, and whoever waits for it comes first', async () => {
  const first = await begin(at('a'))
  await begin(at('a'))
  await begin(at('a'))
  expect(admission.admits(at('a'))).toBe(false)
  expect(admission.admits(at('b'))).toBe(true)
  const next = begin(at('a'))
  first()
  const release = await next
  expect(admission.admits(at('a'))).toBe(false)
  release()
  expect(admission.admits(at('a'))).toBe(true)
})

test('all types together have no more than there is; a slot goes to whoever can use it, urgent ones first', async () => {
  const [a] = [await begin(at('a')), await begin(at('a')), await begin(at('a'))]
  const b = await begin(at('b'))
  const order: string[] = []
  const noted = async (type: string, urgent: boolean) => {
    const release = await begin(at(type), urgent)
    order.push(`${type} ${urgent ? 'urgent' : 'usual'}`)
    return release
  }
  for (const [type, urgent] of [
    ['a', false],
    ['c', false],
    ['a', true],
    ['c', true],
  ] as const)
    void noted(type, urgent)
  expect(admission.admits(at('c'))).toBe(false)
  b()
  await vi.waitFor(() => expect(order).toHaveLength(1))
  a?.()
  await vi.waitFor(() => expect(order).toHaveLength(2))
  expect(order).toEqual(['c urgent', 'a urgent'])
})

test('whoever has waited long enough goes, and takes no turn', async () => {
  const releases = [await begin(at('a')), await begin(at('a')), await begin(at('a'))]
  const stay = admission.enter(at('a'))
  expect(await admission.begin(stay, 1)).toBeUndefined()
  admission.leave(stay)
  for (const release of releases) release()
  expect(admission.keys).toBe(0)
  expect(admission.admits(at('a'))).toBe(true)
})

test.each([
  ['unheard', 2, 2],
  ['silent', 1, 1],
] as const)('sources that are %s have %i loads each and %i of a type', async (standing, each, together) => {
  for (const name of ['x', 'y']) standings[name] = standing
  for (let n = 0; n < each; n++) {
    expect(admission.admits(at('a', 'x'))).toBe(true)
    await begin(at('a', 'x'))
  }
  expect(admission.admits(at('a', 'x'))).toBe(false)
  expect(admission.admits(at('a', 'y'))).toBe(each < together)
  expect(admission.admits(at('a', 'z'))).toBe(true)
  // A source is one, whichever type asks it.
  expect(admission.admits(at('b', 'x'))).toBe(false)
  expect(admission.admits(at('b', 'y'))).toBe(true)
})

test('keys enter and are held as their loads will begin soon, by how long the last ones took', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const lane = at('a', 'x')
  const capacity = () => {
    const stays = []
    for (let n = 0; n < 100 && admission.admits(lane); n++) stays.push(admission.enter(lane))
    const held = []
    for (let stay = admission.hold(lane); stay; stay = admission.hold(lane)) held.push(stay)
    for (const stay of held) admission.letGo(stay)
    for (const stay of stays) admission.leave(stay)
    return [stays.length, held.length]
  }
  const load = async (ms: number, failed?: boolean) => {
    const release = await begin(lane)
    vi.advanceTimersByTime(ms)
    release(failed)
  }
  expect(capacity()).toEqual([3, 0])
  await load(100)
  expect(capacity()).toEqual([18, 15])
  await load(1_100)
  // A fifth of the newest and four of what was before.
  expect(capacity()).toEqual([6, 3])
  // One that failed soon tells nothing, one that took longer does.
  await load(1, true)
  expect(capacity()).toEqual([6, 3])
  await load(1_800, true)
  expect(capacity()).toEqual([3, 0])
})
