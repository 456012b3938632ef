// npm test: everything. npm test -- unit e2e: only those parts. npm test -- unit backend/bus: what matches, of a part.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDependencies } from './dependencies.mjs'
import { exitCode } from './run.mjs'

await installDependencies()
// Registered here because the servers are TypeScript and tsx is there only now.
const { tsImport } = await import('tsx/esm/api')

const reports = mkdtempSync(join(tmpdir(), 'hubs-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

const node = (...args) => exitCode(process.execPath, args)
const program = (path, ...args) => node(`node_modules/${path}`, ...args)
const gate = (act) => async () => ({ passed: 0, failed: (await act()) === 0 ? 0 : 1 })

/** Counts a report names; a run that failed without saying of which test counts as one failure. */
function counted(code, read) {
  let counts = { passed: 0, failed: 0 }
  try {
    counts = read()
  } catch {
    console.error('There is no report of this part')
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

const vitest = (project) => async (filters) => {
  const file = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await program('vitest/vitest.mjs', 'run', '--project', project, ...reporters, ...filters)
  return counted(code, () => {
    const { numPassedTests, numFailedTests, testResults } = readJson(file)
    // A file that could not be loaded has no tests that could fail.
    const broken = testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    )
    return { passed: numPassedTests, failed: numFailedTests + broken.length }
  })
}

async function playwright(filters) {
  const file = join(reports, 'e2e.json')
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...filters]
  const code = await exitCode(process.execPath, args, env)
  return counted(code, () => {
    const { stats } = readJson(file)
    return { passed: stats.expected, failed: stats.unexpected + stats.flaky }
  })
}

/** In the order in which they are cheapest to fail. */
const parts = {
  lint: { title: 'Format and lint', run: gate(() => program('@biomejs/biome/bin/biome', 'ci', '.')) },
  types: { title: 'Types', run: gate(() => program('typescript/bin/tsc', '-p', '.')) },
  unused: { title: 'Unused code', run: gate(() => program('knip/bin/knip.js')) },
  lock: { title: 'Lock file', run: gate(() => node('scripts/lock.mjs', '--check')) },
  unit: { title: 'Unit tests', run: vitest('unit') },
  servers: { title: 'Tests on real servers', run: vitest('servers'), needs: ['redis', 'nats', 'postgres'] },
  model: { title: 'Model tests', run: vitest('model'), needs: ['redis'] },
  build: { title: 'Build', run: gate(() => node('scripts/build.mjs', '--if-needed')) },
  e2e: { title: 'End to end', run: playwright, needs: ['redis', 'nats', 'postgres', 'chromium'] },
}
const onRequest = {
  bench: {
    title: 'Benchmarks',
    run: async (args) => gate(() => node('--import', 'tsx', 'bench/main.ts', ...args))(),
    needs: ['redis', 'nats', 'postgres'],
  },
}

const words = process.argv.slice(2)
const runs = words.indexOf('--runs')
if (runs !== -1) process.env.MODEL_RUNS = words.splice(runs, 2)[1]
const known = { ...parts, ...onRequest }
const asked = words.filter((word) => Object.hasOwn(known, word))
const filters = words.filter((word) => !Object.hasOwn(known, word))
const chosen = asked.length > 0 ? asked : Object.keys(parts)

await provide([...new Set(chosen.flatMap((name) => known[name].needs ?? []))])

const total = { passed: 0, failed: 0 }
const failures = []
for (const name of chosen) {
  console.log(`\n=== ${known[name].title}`)
  const { passed, failed } = await known[name].run(asked.length > 0 ? filters : [])
  total.passed += passed
  total.failed += failed
  if (failed > 0) failures.push(known[name].title)
}
if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

/** Finds, installs or refuses now what would otherwise be missed in the middle of a run; starts the cluster all share. */
async function provide(names) {
  if (names.length === 0) return
  try {
    const { locate, wanted } = await tsImport('../e2e/servers/locate.ts', import.meta.url)
    for (const name of names) locate(wanted[name])
    if (!names.includes('postgres') || process.env.TEST_POSTGRES_URL) return
    const { startPostgres } = await tsImport('../e2e/servers/postgres.ts', import.meta.url)
    process.env.TEST_POSTGRES_URL = (await startPostgres()).url
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
