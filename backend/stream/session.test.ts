import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import type { Version } from '../cache/version.ts'
import { openKeyChanges } from './key-changes.ts'
import { keyState } from './key-state.ts'
import type { Placement } from './placement.ts'
import { advance, begin, openSession } from './session.ts'
import { openWidgetFrames } from './widget-frames.ts'

const placement = (...ids: string[]): Placement => ({
  widgets: ids.map((id) => ({ id, key: 'k', token: 't', schema: 'json@1' })),
  tag: ids.join(' '),
})

test('a session stands in a new epoch only once it has its manifest', () => {
  let position: Version = { epoch: 1, offset: 5 }
  const session = openSession({
    response: new ServerResponse(new IncomingMessage(new Socket())),
    group: { placements: () => new Map(), changes: openKeyChanges() },
    slot: 0,
    keys: { position: () => position, state: () => undefined, frames: openWidgetFrames() },
    onPace: () => {},
  })
  expect(advance(session)).toBeUndefined()
  begin(session, { epoch: 1, offset: 7 })
  // The feed is read behind where the client stands already.
  expect(advance(session)).toBeUndefined()
  position = { epoch: 1, offset: 8 }
  expect(advance(session)).toEqual(position)
  position = { epoch: 2, offset: 0 }
  expect(advance(session)).toBeUndefined()
  begin(session, position)
  expect(advance(session)).toEqual(position)
})

test('frames of one state are kept for some lists of widgets only, and until they are forgotten', async () => {
  const [entry] = (await memoryCache().read(['k'])).entries
  if (!entry) throw new Error('no entry')
  const state = keyState(entry, undefined)
  const frames = openWidgetFrames()
  const made = frames.of(state, placement('a'), true, true)
  expect(frames.of(state, placement('a'), true, true)).toBe(made)
  for (let n = 0; n < 1_000; n++) frames.of(state, placement('a', `b${n}`), true, true)
  expect(state.frames?.size).toBeLessThan(100)
  frames.forget()
  expect(state.frames).toBeUndefined()
  const again = frames.of(state, placement('a'), true, true)
  expect(again).not.toBe(made)
  expect(again).toEqual(made)
  frames.forget()
  expect(state.frames).toBeUndefined()
})
