import { expect, test } from 'vitest'
import { lookUpIn } from './look-up.ts'

function changes() {
  const known = new Set<string>()
  let written: readonly string[] = []
  let reads = 0
  return {
    known,
    write: (...names: string[]) => {
      written = [...written, ...names]
    },
    get reads() {
      return reads
    },
    away: false,
    async caughtUp() {
      reads += 1
      for (const name of written) known.add(name)
    },
  }
}

const has = (known: ReadonlySet<string>, name: string) => () => known.has(name) || undefined

test('what was written before the question is found, what is known costs no read', async () => {
  const log = changes()
  const lookUp = lookUpIn(log)
  for (const name of ['a', 'b', 'c']) {
    log.write(name)
    expect(await lookUp(has(log.known, name))).toBe(true)
    expect(await lookUp(has(log.known, name))).toBe(true)
  }
  expect(log.reads).toBe(3)
  expect(await lookUp(has(log.known, 'nowhere'))).toBeUndefined()
})

test('a storm of questions for what is not there is few reads, and hides nothing', async () => {
  const log = changes()
  const lookUp = lookUpIn(log)
  const began = performance.now()
  for (let wave = 0; wave < 20; wave++) {
    const asked = Array.from({ length: 200 }, (_, at) => lookUp(has(log.known, `no-${wave}-${at}`)))
    log.write(`real-${wave}`)
    expect(await lookUp(has(log.known, `real-${wave}`))).toBe(true)
    expect(await Promise.all(asked)).toEqual(asked.map(() => undefined))
  }
  // Timers may fire up to a millisecond early by this clock.
  expect(log.reads).toBeLessThanOrEqual(2 + (performance.now() - began) / 49)
  expect(log.reads).toBeLessThanOrEqual(21)
})

test('while the database is away it is said that nobody can know, without asking it', async () => {
  const log = changes()
  const lookUp = lookUpIn(log)
  log.known.add('known')
  log.away = true
  await expect(lookUp(has(log.known, 'other'))).rejects.toMatchObject({ code: 'database-away' })
  expect(await lookUp(has(log.known, 'known'))).toBe(true)
  expect(log.reads).toBe(0)
})

test('a database that hangs is not waited for without end', async () => {
  const lookUp = lookUpIn({ away: false, caughtUp: () => new Promise(() => {}) })
  await expect(lookUp(() => undefined)).rejects.toMatchObject({ code: 'database-away' })
})
