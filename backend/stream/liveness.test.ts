import { expect, test } from 'vitest'
import { memoryCache } from '../cache/memory-cache.ts'
import { followLiveness } from './liveness.ts'

test('a daemon whose clock is fast is not believed about the future', async () => {
  const cache = memoryCache()
  await cache.pulse('daemon', Date.now() + 3_600_000, 5_000)
  const liveness = await followLiveness(cache, () => performance.now())
  expect(liveness.through()).toBeLessThanOrEqual(liveness.now())
  const { now } = await cache.lastPulse()
  liveness.heard({ now, through: now + 3_600_000, oldestDue: 0 })
  expect(liveness.through()).toBeLessThanOrEqual(liveness.now())
  expect(liveness.live()).toBe(true)
})
