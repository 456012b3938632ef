import type { CrowdCounts, CrowdVerbs, Storm } from './crowd.program.ts'
import { type ChildProgram, startProgram } from './program.ts'

/** Many streams of one URL, or of several in turn, held by a process of their own. */
export interface Crowd {
  readonly pid: number
  /** From now on counts what comes. */
  arm(): Promise<void>
  /** Resolves when every stream has had a widget frame since. */
  received(): Promise<CrowdCounts>
  /** Cuts all streams at once, and at once opens each again where it left off. */
  storm(): Promise<Storm>
  stop(): Promise<void>
}

/** Resolves when all have begun and fallen quiet. */
export async function openCrowd(urls: string | readonly string[], count: number): Promise<Crowd> {
  const program: ChildProgram<CrowdVerbs> = await startProgram('crowd')
  await program.ask('open', { urls: [urls].flat(), count })
  return {
    pid: program.pid,
    arm: () => program.ask('arm'),
    received: () => program.ask('received'),
    storm: () => program.ask('storm'),
    stop: program.stop,
  }
}
