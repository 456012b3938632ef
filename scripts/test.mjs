// npm test: everything. npm test -- unit e2e: only those parts. npm test -- unit backend/bus: what matches, of a part.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { installDependencies } from './dependencies.mjs'
import { modelTable } from './model-table.mjs'
import { exitCode } from './run.mjs'

await installDependencies()
// Registered here because the servers are TypeScript and tsx is there only now.
const { tsImport } = await import('tsx/esm/api')

const reports = mkdtempSync(join(tmpdir(), 'hubs-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))

const node = (...args) => exitCode(process.execPath, args)
const program = (path, ...args) => node(`node_modules/${path}`, ...args)
const gate = (act) => async () => ({ passed: 0, failures: (await act()) === 0 ? [] : ['it says why above'] })

/** What a report names; a run that failed without saying of which test counts as one failure. */
function counted(code, read) {
  let counts = { passed: 0, failures: [] }
  try {
    counts = read()
  } catch {
    console.error('There is no report of this part')
  }
  return code !== 0 && counts.failures.length === 0 ? { ...counts, failures: ['it says why above'] } : counts
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

const vitest = (project) => async (filters) => {
  const file = join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await program('vitest/vitest.mjs', 'run', '--project', project, ...reporters, ...filters)
  return counted(code, () => {
    const { numPassedTests, testResults } = readJson(file)
    const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((test) => test.status === 'failed')
      // A file that could not be loaded has no tests that could fail.
      if (status === 'failed' && failed.length === 0) return [told(name, message)]
      return failed.map((test) => told(name, `${test.fullName}\n${test.failureMessages.join('\n')}`))
    })
    return { passed: numPassedTests, failures }
  })
}

/** Afterwards says what was played; `--write` puts the table into docs/reliability.md if all of it held. */
async function model(words) {
  const filters = words.filter((word) => word !== '--write')
  const given = process.env.MODEL_SEED
  process.env.MODEL_SEED ??= String(Math.floor(Math.random() * 2 ** 31))
  const counts = await vitest('model')(filters)
  try {
    const table = modelTable(readJson(join(reports, 'model.json')), process.env.MODEL_SEED)
    console.log(`\n${table}`)
    const { writeSection } = await tsImport('./page-section.ts', import.meta.url)
    const whole = filters.length === 0 && counts.failures.length === 0
    if (words.length > filters.length && whole) writeSection('reliability.md', 'model', table)
  } catch (error) {
    console.error(error.message)
  }
  // What else plays histories, as the mutants do, has seeds of its own.
  if (given === undefined) delete process.env.MODEL_SEED
  return counts
}

async function mutants(filters) {
  const file = join(reports, 'mutants.json')
  const code = await node('--import', 'tsx', 'mutants/main.ts', '--report', file, ...filters)
  return counted(code, () => readJson(file))
}

const playwright = (project) => async (filters) => {
  const file = join(reports, `${project}.json`)
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }
  const args = [
    'node_modules/@playwright/test/cli.js',
    'test',
    '--project',
    project,
    // Faults need the machine for themselves.
    ...(project === 'faults' ? ['--workers=1'] : []),
    '--reporter=list,json',
    ...filters,
  ]
  const code = await exitCode(process.execPath, args, env)
  return counted(code, () => {
    const { stats, suites } = readJson(file)
    return { passed: stats.expected, failures: suites.flatMap(failedSpecs) }
  })
}

/** `--long` adds those that take minutes; `--write` puts the table into docs/reliability.md. */
function faults(words) {
  if (words.includes('--long')) process.env.FAULTS = 'all'
  if (words.includes('--write')) process.env.FAULTS_WRITE = 'yes'
  return playwright('faults')(words.filter((word) => word !== '--long' && word !== '--write'))
}

function failedSpecs({ suites = [], specs = [] }) {
  const failed = specs.flatMap(({ file, title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) =>
        told(
          file,
          [title, ...results.flatMap(({ errors }) => errors.map(({ message }) => message))].join('\n'),
        ),
      ),
  )
  return [...failed, ...suites.flatMap(failedSpecs)]
}

/** One failure, short enough to be read again at the end of a long run. */
const told = (file, text) =>
  `${relative(process.cwd(), resolve(file))}: ${stripVTControlCharacters(text).slice(0, 2000)}`

/** In the order in which they are cheapest to fail. */
const parts = {
  lint: { title: 'Format and lint', run: gate(() => program('@biomejs/biome/bin/biome', 'ci', '.')) },
  types: { title: 'Types', run: gate(() => program('typescript/bin/tsc', '-p', '.')) },
  unused: { title: 'Unused code', run: gate(() => program('knip/bin/knip.js')) },
  lock: { title: 'Lock file', run: gate(() => node('scripts/lock.mjs', '--check')) },
  unit: { title: 'Unit tests', run: vitest('unit') },
  servers: { title: 'Tests on real servers', run: vitest('servers'), needs: ['redis', 'nats', 'postgres'] },
  model: { title: 'Model tests', run: model, needs: ['redis'] },
  mutants: { title: 'Mutants', run: mutants, needs: ['redis', 'nats', 'postgres'] },
  build: { title: 'Build', run: gate(() => node('scripts/build.mjs', '--if-needed')) },
  e2e: {
    title: 'End to end',
    run: playwright('e2e'),
    needs: ['redis', 'nats', 'postgres', 'chromium', 'nginx'],
    built: true,
  },
  faults: {
    title: 'Faults',
    run: faults,
    needs: ['redis', 'nats', 'postgres', 'chromium', 'nginx'],
    built: true,
  },
}
const onRequest = {
  soak: {
    title: 'Soak',
    run: async (args) => gate(() => node('--import', 'tsx', 'e2e/faults/soak.ts', ...args))(),
    needs: ['redis', 'nats', 'postgres'],
    built: true,
  },
  bench: {
    title: 'Benchmarks',
    run: async (args) => gate(() => node('--import', 'tsx', 'bench/main.ts', ...args))(),
    needs: ['redis', 'nats', 'postgres'],
    built: true,
  },
}

const words = process.argv.slice(2)
for (const name of ['runs', 'seed']) {
  const at = words.indexOf(`--${name}`)
  if (at !== -1) process.env[`MODEL_${name.toUpperCase()}`] = words.splice(at, 2)[1]
}
const known = { ...parts, ...onRequest }
const asked = words.filter((word) => Object.hasOwn(known, word))
const filters = words.filter((word) => !Object.hasOwn(known, word))
const chosen = asked.length > 0 ? [...asked] : Object.keys(parts)
// In a fresh clone there is no build that parts asked for by name could run.
const first = chosen.findIndex((name) => known[name].built)
if (first !== -1 && !chosen.slice(0, first).includes('build')) chosen.splice(first, 0, 'build')

await provide([...new Set(chosen.flatMap((name) => known[name].needs ?? []))])

const total = { passed: 0, failed: 0 }
const failures = []
let isBuilt = true
for (const name of chosen) {
  console.log(`\n=== ${known[name].title}`)
  // Else it would run, and measure, what was built before.
  const lacksBuild = known[name].built && !isBuilt
  const part = lacksBuild
    ? { passed: 0, failures: ['not run, for there is no build'] }
    : await known[name].run(asked.includes(name) ? filters : [])
  if (name === 'build') isBuilt = part.failures.length === 0
  total.passed += part.passed
  total.failed += part.failures.length
  for (const failure of part.failures) failures.push(`${known[name].title}: ${failure}`)
}
// Once more at the end, for the middle of a long output is what gets lost.
for (const failure of failures) console.log(`\nFailed: ${failure}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)

/** Finds, installs or refuses now what would otherwise be missed in the middle of a run; starts the cluster all share. */
async function provide(names) {
  if (names.length === 0) return
  try {
    const { locate, wanted } = await tsImport('../testing/servers/locate.ts', import.meta.url)
    for (const name of names) locate(wanted[name])
    if (!names.includes('postgres') || process.env.TEST_POSTGRES_URL) return
    const { startPostgres } = await tsImport('../testing/servers/postgres.ts', import.meta.url)
    process.env.TEST_POSTGRES_URL = (await startPostgres()).url
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
