import type { CrowdVerbs, Received } from './crowd.program.ts'
import { type Program, startProgram } from './program.ts'

/** Many streams of one URL, held by a process of their own. */
export interface Crowd {
  /** From now on counts what comes. */
  arm(): Promise<void>
  /** Resolves when every stream has had a widget frame since. */
  received(): Promise<Received>
  stop(): Promise<void>
}

let crowds = 0

/** Resolves when all have begun and fallen quiet. Each crowd has an address of its own, and so all of its ports. */
export async function openCrowd(url: string, count: number): Promise<Crowd> {
  crowds += 1
  const program: Program<CrowdVerbs> = await startProgram('crowd')
  await program.ask('open', { url, count, from: `127.0.${crowds}.1` })
  return {
    arm: () => program.ask('arm'),
    received: () => program.ask('received'),
    stop: () => program.stop(),
  }
}
