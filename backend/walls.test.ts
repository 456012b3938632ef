import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { expect, test } from 'vitest'

const root = dirname(import.meta.dirname)
/** The model of the cache starts servers of its own, as tests do. */
const model = 'cache/model/'
const isTest = (path: string) =>
  path.startsWith(model) || /\.(test|fixtures)\.tsx?$|(^|[/-])contract\.ts$/.test(path)

interface Import {
  readonly from: string
  /** A file of ours as a path from the root; a package by its name. */
  readonly to: string
  readonly typeOnly: boolean
}

function importsOf(room: string, withTests = false): readonly Import[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && (withTests || !isTest(name)))
    .flatMap((name) => {
      const from = join(room, name)
      const text = readFileSync(join(root, from), 'utf8')
      const found = text.matchAll(
        /^(?:import|export)(?<type> type)?[^'"]*?from '(?<name>[^']+)'|^import '(?<bare>[^']+)'|import\('(?<lazy>[^']+)'\)/gm,
      )
      return [...found].map(({ groups = {} }) => {
        const target = groups.name ?? groups.bare ?? groups.lazy ?? ''
        return { from, to: resolve(from, target), typeOnly: groups.type !== undefined }
      })
    })
}

function resolve(from: string, target: string): string {
  if (target.startsWith('.')) return relative(root, join(root, dirname(from), target))
  if (target.startsWith('#')) return target.slice(1)
  return target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '')
}

const inRoom = (room: string) => (path: string) => path.startsWith(`${room}/`)
const ours = (path: string) =>
  /^(app|backend|contract|drizzle|sources|widgets|testing|e2e|bench|scripts)\//.test(path)
const breaking = (imports: readonly Import[], allowed: (one: Import) => boolean) =>
  imports.filter((one) => !allowed(one)).map(({ from, to }) => `${from} → ${to}`)

test('drizzle imports nothing of ours', () => {
  expect(breaking(importsOf('drizzle'), ({ to }) => !ours(to) || inRoom('drizzle')(to))).toEqual([])
})

test('the contract imports its schemas’ library and the types of JSON, nothing else', () => {
  expect(
    breaking(importsOf('contract'), ({ to, typeOnly }) => {
      if (to === 'widgets/define.ts') return typeOnly
      return to === 'zod' || inRoom('contract')(to)
    }),
  ).toEqual([])
})

const drivers = /^(ioredis|postgres|drizzle-orm|next|undici|pino|@nats-io\/.*|@electric-sql\/.*)$/
const isList = (path: string) => path === 'sources/registry.ts'

test('a widget type imports its own folder, what all widgets share, and no driver', () => {
  const shared = (path: string) =>
    /^widgets\/([^/]+\.tsx?|(kit|ui)\/.*|sandbox\/sandbox\.ts)$|^sources\/[^/]+\/(?!door\.ts)/.test(path)
  const lists = /^widgets\/(registry\.ts|views\.tsx|sandbox\/jobs\.ts)$/
  const imports = importsOf('widgets').filter(({ from }) => !lists.test(from))
  expect(
    breaking(imports, ({ from, to }) => {
      if (drivers.test(to)) return false
      if (!ours(to)) return true
      // The sandbox itself knows what it runs.
      if (lists.test(to)) return dirname(from) === dirname(to) && dirname(to) !== 'widgets'
      return shared(to) || dirname(from) === dirname(to)
    }),
  ).toEqual([])
})

test('a source imports its own folder, the contract of widgets and their kit, and the base of the backend', () => {
  expect(
    breaking(importsOf('sources'), ({ from, to }) => {
      if (!ours(to)) return !drivers.test(to)
      if (inRoom('sources')(to))
        return dirname(to) === 'sources' || dirname(to) === dirname(from) || isList(from)
      return to === 'widgets/define.ts' || inRoom('widgets/kit')(to) || inRoom('backend/base')(to)
    }),
  ).toEqual([])
})

test('the backend imports no page, no view, no React, and not its model', () => {
  expect(
    breaking(importsOf('backend'), ({ to }) => {
      if (/^(react|react-dom|@tanstack\/react-query)$/.test(to)) return false
      if (to.startsWith(`backend/${model}`)) return false
      if (to.startsWith('widgets/'))
        return /^widgets\/(registry|define|kit\/(topic-token|moment|address-credential|party|whole-characters)|sandbox\/turns)\.ts$/.test(
          to,
        )
      return !ours(to) || ['backend', 'contract', 'drizzle', 'sources'].some((room) => inRoom(room)(to))
    }),
  ).toEqual([])
})

test('the rooms of the backend lead one way, to the doors, which only the product opens', () => {
  const rooms = [
    ...['base', 'db', 'cache', 'bus', 'changes', 'ingest', 'access', 'hubs', 'triage', 'refresh', 'stream'],
    ...['operations', 'edge'],
  ].map((room) => `backend/${room}`)
  const rank = (path: string) => rooms.findIndex((room) => inRoom(room)(path))
  const imports = importsOf('backend').filter(({ from, to }) => rank(from) >= 0 && inRoom('backend')(to))
  expect(new Set(imports.map(({ from }) => rank(from))).size).toBe(rooms.length)
  expect(
    breaking(imports, ({ from, to }) =>
      rank(to) >= 0 ? rank(to) <= rank(from) : inRoom('backend/edge')(from),
    ),
  ).toEqual([])
})

test('pages import of the backend its services and types', () => {
  expect(
    breaking(importsOf('app'), ({ to, typeOnly }) => {
      if (/^(ioredis|postgres|drizzle-orm|@nats-io\/.*|@electric-sql\/.*)$/.test(to)) return false
      if (/^(contract|drizzle)\//.test(to) || to === 'widgets/registry.ts') return typeOnly
      return !to.startsWith('backend/') || to === 'backend/edge/services.ts' || typeOnly
    }),
  ).toEqual([])
})

test('in the live updates what is drawn imports how it is reached, and that what is decided; never back', () => {
  const rooms = ['react', 'transport', 'core'].map((room) => `app/live/${room}`)
  const imports = importsOf('app').filter(({ from }) => rooms.some((room) => inRoom(room)(from)))
  for (const room of rooms) expect(imports.some(({ from }) => inRoom(room)(from))).toBe(true)
  const rank = (path: string) => rooms.findIndex((room) => inRoom(room)(path))
  expect(
    breaking(imports, ({ from, to }) => {
      // The API is asked by what is drawn and by what reaches the server, not by what decides.
      if (to === 'app/api.ts') return !inRoom('app/live/core')(from)
      if (inRoom('app')(to)) return rank(to) >= rank(from)
      return inRoom('app/live/react')(from) || !/^(react|react-dom|@tanstack\/react-query)$/.test(to)
    }),
  ).toEqual([])
})

test('what live updates decide, they decide without a browser, a clock or chance', () => {
  const outside =
    /\b(fetch|setTimeout|setInterval|queueMicrotask|performance|AbortController|BroadcastChannel|SharedWorker|addEventListener|document|window|navigator|localStorage|Date|Math\.random)\b/
  const files = readdirSync(join(root, 'app/live/core'), { recursive: true, encoding: 'utf8' })
  const code = files
    .filter((name) => name.endsWith('.ts') && !isTest(name))
    .map((name) => {
      const text = readFileSync(join(root, 'app/live/core', name), 'utf8')
      return [name, text.replace(/\/\*.*?\*\/|\/\/.*$/gms, '')] as const
    })
  expect(code.length).toBeGreaterThan(10)
  expect(
    code.flatMap(([name, text]) => outside.exec(text)?.map((found) => `${name}: ${found}`) ?? []),
  ).toEqual([])
})

/** The imports by which files lead back to themselves, of types too. */
function circles(imports: readonly Import[]): readonly string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const seen = new Map<string, 'on the way' | 'done'>()
  const found: string[] = []
  function visit(file: string): void {
    seen.set(file, 'on the way')
    for (const to of targets.get(file) ?? []) {
      if (seen.get(to) === 'on the way') found.push(`${file} → ${to}`)
      else if (!seen.has(to)) visit(to)
    }
    seen.set(file, 'done')
  }
  for (const file of targets.keys()) if (!seen.has(file)) visit(file)
  return found
}

test('no file leads back to itself by its imports, of types too', () => {
  const rooms = [
    'app',
    'backend',
    'contract',
    'drizzle',
    'sources',
    'widgets',
    'testing',
    'e2e',
    'bench',
    'mutants',
    'scripts',
  ]
  expect(circles(rooms.flatMap((room) => importsOf(room, true)))).toEqual([])
})

test('the product imports nothing of its tests, and what tests share nothing of those that run the whole', () => {
  const product = ['app', 'backend', 'contract', 'drizzle', 'sources', 'widgets']
  const tests = /^(testing|e2e|bench|mutants)\//
  expect(
    breaking(
      product.flatMap((room) => importsOf(room)),
      ({ to }) => !tests.test(to),
    ),
  ).toEqual([])
  const whole = /^(e2e|bench|mutants)\//
  const shared = [...product, 'testing'].flatMap((room) => importsOf(room, true))
  expect(shared.some(({ to }) => inRoom('testing')(to))).toBe(true)
  expect(breaking(shared, ({ to }) => !whole.test(to))).toEqual([])
  for (const room of ['e2e', 'bench'])
    expect(
      breaking(importsOf(room, true), ({ to }) => !whole.test(to) || inRoom(room)(to)),
      room,
    ).toEqual([])
})

/** What a bundler really takes in, types erased, however many steps away. */
async function reach(entry: string, platform: 'node' | 'browser'): Promise<readonly string[]> {
  const { metafile } = (await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'nowhere',
    packages: 'external',
    platform,
    format: 'esm',
    jsx: 'automatic',
    logLevel: 'silent',
  })) as { metafile: Metafile }
  const external = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter((one) => one.external).map(({ path }) => path),
  )
  return [...Object.keys(metafile.inputs), ...external]
}

test('the program carries no view and no React', async () => {
  const carried = await reach('backend/main.ts', 'node')
  expect(carried.filter((path) => /^(react|react-dom|@tanstack)\b|\.tsx$|^app\//.test(path))).toEqual([])
})

test('the browser carries no loader, no schema and no backend', async () => {
  for (const entry of ['widgets/views.tsx', 'app/live/transport/worker.ts', 'app/live/react/use-live.ts']) {
    const carried = await reach(entry, 'browser')
    expect(carried.length).toBeGreaterThan(0)
    const foreign = carried.filter((path) =>
      /(^|\/)(loader|widget|registry)\.ts$|^(backend|contract|drizzle|sources)\/|^node:|^zod/.test(path),
    )
    expect(foreign, entry).toEqual([])
  }
})
