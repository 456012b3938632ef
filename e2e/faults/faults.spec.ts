import { expect, test } from '@playwright/test'
import postgres from 'postgres'
import { api } from '#testing/api.ts'
import { machine } from '#testing/machine.ts'
import { openTruth } from '#testing/truth.ts'
import { writeSection } from '../../scripts/page-section.ts'
import { PATIENCE } from '../fixtures/hub-page.ts'
import { openBrowserReader } from './browser-reader.ts'
import { faults } from './faults.ts'
import { type Installation, openInstallation } from './installation.ts'
import { openReader, type Reader } from './reader.ts'
import { atNats, lasting, type Scene } from './scene.ts'
import { openTraffic } from './traffic.ts'
import { watchReaders } from './watch.ts'

const READERS = 6
/** Milliseconds a page may be behind and count as current again, with changes coming all the time. */
const BEHIND = 1_500
/**
 * Milliseconds for which a page that says it is live may lack what the bus has accepted: the line may be 10 s behind
 * before it says so, its pulse is 2 s old at most, and the machine is busy.
 */
const HONEST_WITHIN = 15_000

const every = process.env.FAULTS === 'all'
const chosen = faults.filter(({ long }) => every || !long)

test.describe.configure({ timeout: 600_000 })

let scene: Scene
let readers: readonly Reader[] = []
/** Dead letters so far. */
let dead = 0
const rows: string[] = []

test.beforeAll(async ({ browser }) => {
  const [truth, installation] = await Promise.all([openTruth(), openInstallation()])
  // Long enough that two loads of one key at a time are seen.
  truth.delay(15)
  const { proxy } = installation
  await expect
    .poll(() =>
      fetch(`${proxy.url}/readyz`)
        .then(({ ok }) => ok)
        .catch(() => false),
    )
    .toBe(true)
  const traffic = await openTraffic(api(proxy.url), truth)
  readers = await Promise.all([
    openBrowserReader(browser, proxy.url, 'north'),
    ...Array.from({ length: READERS }, (_, n) => {
      const [slug = ''] = traffic.slugs.slice(n % traffic.slugs.length)
      return openReader(`reader ${n + 1}`, proxy.url, n === 0 ? traffic.slugs : [slug])
    }),
  ])
  scene = { ...installation, truth, traffic, watch: watchReaders(readers, traffic, BEHIND) }
  traffic.go()
})

test.afterAll(async () => {
  await scene?.traffic.halt()
  await scene?.watch.close()
  await Promise.all(readers.map((reader) => reader.close()))
  await scene?.stop()
  await scene?.truth.close()
  if (process.env.FAULTS_WRITE && rows.length === chosen.length) await writeTable()
})

for (const fault of chosen) {
  test(fault.name, async () => {
    const { watch, traffic, truth, stores } = scene
    const doubled = truth.doubled.length
    await watch.untilCurrent()
    watch.begin()
    const began = performance.now()
    const happening = fault.happen(scene)
    const edits = Promise.all([traffic.edit('north'), traffic.edit('south')])
    await happening
    const healed = performance.now()
    await edits
    // Consequences may begin late.
    await lasting(1_000)
    await watch.untilCurrent()
    await traffic.changeRare()
    await traffic.halt()
    await watch.untilTrue()
    const behindFor = Math.max(0, watch.lastBehind - healed)

    const seconds = (ms: number) => (ms / 1_000).toFixed(1)
    const row = `| ${fault.name} | ${seconds(healed - began)} s | ${seconds(behindFor)} s | ${seconds(watch.worst.ms)} s |`
    rows.push(row)
    console.log(`${row} (${watch.worst.where})`)
    expect(watch.worst.ms, `live and fresh without ${watch.worst.where}`).toBeLessThan(HONEST_WITHIN)
    expect(watch.wentBack).toEqual([])
    if (!fault.doubles) expect(truth.doubled.slice(doubled)).toEqual([])
    expect(await deadLetters(stores.nats.url)).toBe(dead + (fault.deadLetters ?? 0))
    dead += fault.deadLetters ?? 0
    expect(await unannounced(scene)).toBe(0)
    // One that a later build overtook may still be held by a process that is no more.
    await expect.poll(() => unlogged(stores.env.DATABASE_URL ?? '', traffic.builds), PATIENCE).toEqual([])
    traffic.go()
  })
}

async function writeTable(): Promise<void> {
  const { slugs, changes, refused } = scene.traffic
  const about = [
    `${new Date().toISOString().slice(0, 10)}, ${every ? 'the long ones too' : 'without the long ones'}.`,
    `${readers.length} readers of ${slugs.length} hubs, one of them Chromium, which was never loaded again;`,
    `${changes} changes, ${refused} times a publisher was told to try again.`,
  ].join(' ')
  const head = '| fault | lasted | current again after | longest lack |\n|---|---|---|---|'
  const text = [...(await machine()), about, [head, ...rows].join('\n')].join('\n\n')
  writeSection('reliability.md', 'faults', text)
}

/** Fresh results that a daemon's auditor found to be wrong. */
async function unannounced({ daemons }: Installation): Promise<number> {
  const texts = await Promise.all(
    daemons.map(async ({ product }) => (await fetch(`${product.url}/metrics`)).text()),
  )
  const counts = texts.map((text) => Number(/^hubs_audits_inconsistent_total (\d+)$/m.exec(text)?.[1]))
  return counts.reduce((sum, count) => sum + count, 0)
}

const deadLetters = (url: string): Promise<number> =>
  atNats(url, async (manager) => (await manager.streams.info('HUBS_DEAD')).state.messages)

/** Events of the log's readers that are not in it, or more than once. */
async function unlogged(url: string, ids: readonly string[]): Promise<readonly string[]> {
  const sql = postgres(url, { max: 1 })
  const rows = await sql<{ id: string }[]>`select id from events where source = 'hubs/faults'`
  await sql.end()
  const counts = new Map<string, number>()
  for (const { id } of rows) counts.set(id, (counts.get(id) ?? 0) + 1)
  return ids.filter((id) => counts.get(id) !== 1)
}
