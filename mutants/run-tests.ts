import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Catch, Patch } from './mutant.ts'
import { PATCHES, root } from './patched-source.ts'

/** Histories of all tests of the model together: many times what any mutant needs to be met. */
const HISTORIES = '5000'

export type AskedTest = Pick<Catch, 'project' | 'file' | 'test'>

export interface TestOutcome {
  /** `absent`: no test of that title ran. */
  readonly status: 'passed' | 'failed' | 'absent'
  /** What the failed test, or the file that could not be loaded, says. */
  readonly message: string
}

/** What Vitest's JSON report says, as far as it is read. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly title: string
      readonly status: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** Runs tests of one project in a process of their own, on patched sources, and tells how each of them ended. */
export async function runTests(
  asked: readonly AskedTest[],
  patches: readonly Patch[],
): Promise<(test: AskedTest) => TestOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'hubs-mutants-'))
  const file = join(folder, 'report.json')
  const titles = [...new Set(asked.map(({ test }) => literal(test)))]
  const child = spawn(
    process.execPath,
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'mutants/vitest.config.ts'],
      ...['--project', asked[0]?.project ?? '', '--reporter', 'json', '--outputFile', file],
      ...['-t', `(${titles.join('|')})$`, ...new Set(asked.map((one) => one.file))],
    ],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, MODEL_RUNS: HISTORIES, [PATCHES]: JSON.stringify(patches) },
    },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await once(child, 'close')
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report
    return (test) => outcome(report, test)
  } catch {
    throw new Error(`Vitest gave no report.\n${said}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function outcome({ testResults }: Report, { file, test }: AskedTest): TestOutcome {
  const result = testResults.find(({ name }) => relative(root, name) === file)
  const found = result?.assertionResults.find(({ title, status }) => title === test && status !== 'skipped')
  if (found?.status === 'passed') return { status: 'passed', message: '' }
  if (found?.status !== 'failed') return { status: 'absent', message: result?.message ?? '' }
  return { status: 'failed', message: stripVTControlCharacters(found.failureMessages.join('\n')) }
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
