import type { Mutant } from './mutant.ts'
import { checkPatches } from './patched-source.ts'
import { runTests, type TestOutcome } from './run-tests.ts'

export interface Judgement {
  readonly mutant: Mutant
  /** Why the gate does not pass; absent when the mutant was caught. */
  readonly fault?: string
  readonly seconds: number
}

/** What is said of code that no longer runs, which is no proof that a test watches over it. */
const doesNotRun = /SyntaxError|ReferenceError|Transform failed|user_script|Test timed out|Hook timed out/

/** Runs the test that must catch the mutant. */
export async function judge(mutant: Mutant): Promise<Judgement> {
  const began = performance.now()
  const fault = await faultOf(mutant).catch((error: Error) => error.message)
  const seconds = (performance.now() - began) / 1000
  return fault === undefined ? { mutant, seconds } : { mutant, fault, seconds }
}

async function faultOf({ patches, caught }: Mutant): Promise<string | undefined> {
  checkPatches(patches)
  return faultIn((await runTests([caught], patches))(caught), caught.says)
}

function faultIn({ status, message }: TestOutcome, says: RegExp): string | undefined {
  if (status === 'passed') return 'It survives: the test passes on it.'
  if (status === 'absent') return `The test did not run. ${message}`
  if (!says.test(message) || doesNotRun.test(message))
    return `The test fails, but not as expected (${says}):\n${message.slice(0, 2000)}`
  return undefined
}
