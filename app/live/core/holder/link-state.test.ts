import { expect, test } from 'vitest'
import { type LinkFacts, liveState } from './link-state.ts'

const healthy: LinkFacts = {
  connected: true,
  heard: 1_000,
  heardAt: 501_000,
  pulse: { now: 501_000, through: 500_000 },
  offline: false,
  failingSince: undefined,
}

test('live while connected and the line is not behind', () => {
  expect(liveState(healthy, 15_000)).toEqual({ kind: 'live' })
})

test('paused since the line stopped when it is ten seconds behind', () => {
  const behind = { ...healthy, pulse: { now: 510_000, through: 500_000 } }
  expect(liveState(behind, 1_000)).toEqual({ kind: 'paused', since: 500_000 })
})

test('paused for what the server says, and not without', () => {
  const pulse = { now: 510_000, through: 500_000, why: 'Redis is full.' }
  expect(liveState({ ...healthy, pulse }, 1_000)).toEqual({
    kind: 'paused',
    since: 500_000,
    why: 'Redis is full.',
  })
  expect(liveState({ ...healthy, pulse: { ...pulse, through: 509_000 } }, 1_000)).toEqual({ kind: 'live' })
})

test('paused when nobody knows how far the line has come', () => {
  const unknown = { ...healthy, pulse: { now: 501_000, through: 0 } }
  expect(liveState(unknown, 1_000)).toEqual({ kind: 'paused', since: 501_000 })
})

test('paused at once, and because of what, when the server takes no more of this network', () => {
  const crowded = { ...healthy, connected: false, crowded: true }
  expect(liveState(crowded, 1_001)).toEqual({ kind: 'paused', since: 501_000, crowded: true })
})

test('connecting for ten seconds after the last word, then paused since then', () => {
  const cut = { ...healthy, connected: false }
  expect(liveState(cut, 10_999)).toEqual({ kind: 'connecting' })
  expect(liveState(cut, 11_000)).toEqual({ kind: 'paused', since: 501_000 })
})

test('paused at once when the browser says it is offline', () => {
  expect(liveState({ ...healthy, offline: true }, 1_001)).toEqual({ kind: 'paused', since: 501_000 })
})

test('paused when what differs cannot be read for three seconds', () => {
  const failing = { ...healthy, failingSince: 2_000 }
  expect(liveState(failing, 4_999)).toEqual({ kind: 'live' })
  expect(liveState(failing, 5_000).kind).toBe('paused')
})
