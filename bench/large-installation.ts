import postgres from 'postgres'
import { ADMIN_API_TOKEN, api } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openStores, type RealStores } from '#testing/stores.ts'

export const HUBS = 10_000
export const WIDGETS = 10
const env = { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_LOG_LEVEL: 'warn' }

/** Stores with 10,000 hubs of 10 widgets of every type, most of them with settings of their own. */
export async function openLargeInstallation(): Promise<RealStores> {
  const stores = await openStores()
  // Its first start makes the tables.
  await (await startLarge(stores)).stop()
  const sql = postgres(stores.env.DATABASE_URL ?? '', { max: 1, onnotice: () => {} })
  try {
    const { value } = (await sql`select value from counters where name = 'changes'`)[0] as { value: string }
    const base = Number(value)
    await sql`insert into hubs (slug, title, summary, revision)
      select 'team-' || n, 'Team ' || n, 'What team ' || n || ' does, and how it fares', ${base}::bigint + n
      from generate_series(1, ${HUBS}::int) n`
    await sql`insert into changes (number, actor, subject_kind, subject_id, kind)
      select ${base}::bigint + n, 'bench', 'hub', 'team-' || n, 'put' from generate_series(1, ${HUBS}::int) n`
    await sql`update counters set value = ${base + HUBS} where name = 'changes'`
    for (let from = 1; from <= HUBS; from += 500) {
      const rows = Array.from({ length: 500 }, (_, at) => widgetsOf(from + at)).flat()
      await sql`insert into widgets ${sql(rows)}`
    }
    await sql`analyze`
  } finally {
    await sql.end()
  }
  return stores
}

/** One process of it. */
export function startLarge(
  stores: RealStores,
  options: { readonly roles?: string; readonly port?: number } = {},
): Promise<RunningProduct> {
  return startProduct({ mode: 'real', stores, env, ...options })
}

/** Writes a hub of it anew, with one widget that was never there; rejects when it is refused. */
export async function writeHub(url: string, n: number, times: number): Promise<void> {
  const widgets = configsOf(n).map(([type, config], place) => ({
    id: idOf(n, place),
    type,
    config: place === 0 ? { text: `Written ${times} times` } : config,
    position: positionOf(place),
  }))
  await api(url).put(`team-${n}`, { title: `Team ${n}`, visibility: 'public', widgets })
}

const idOf = (hub: number, place: number) => `w-${hub}-${place}`
const positionOf = (place: number) => ({ x: (place % 3) * 4, y: Math.floor(place / 3) * 4, w: 4, h: 4 })
const zones = ['Europe/Prague', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney', 'UTC']

function widgetsOf(hub: number) {
  return configsOf(hub).map(([type, config], place) => ({
    ...{ id: idOf(hub, place), hub: `team-${hub}`, type, title: null, config, place },
    ...positionOf(place),
  }))
}

function configsOf(n: number): readonly (readonly [type: string, config: postgres.JSONValue])[] {
  const repositories = [`acme/service-${n}`, `acme/library-${n}`]
  const status = `https://status.example.org/${n}`
  return [
    ['notes', { text: `# Team ${n}\n\nAsk us in **#team-${n}**.` }],
    ['clock', { zones: [n, n + 1].map((at) => ({ zone: zones[at % zones.length] ?? 'UTC' })) }],
    ['links', { groups: [{ links: [{ title: 'Runbook', url: `https://docs.example.org/${n}` }] }] }],
    [
      'json',
      {
        url: `${status}/latency`,
        pick: `services[team=${n}].p95`,
        as: 'number',
        refreshOn: [`metrics.${n}`],
      },
    ],
    ['json', { url: `${status}/incidents`, pick: 'incidents.title', as: 'list' }],
    ['feed', { url: `https://blog.example.org/${n}.xml`, refreshOn: [`blog.${n}.>`] }],
    ['activity', { topics: [`github.acme.service-${n}.>`, `deploy.*.service-${n}`] }],
    ['builds', { repositories, topics: [`ci.service-${n}`] }],
    ['pulls', { repositories }],
    ['commits', { repository: `https://github.com/acme/service-${n}`, limit: 5 }],
  ]
}
