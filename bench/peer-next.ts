import { join } from 'node:path'
import { peers } from '../scripts/dependencies.mjs'
import { exitCode } from '../scripts/run.mjs'

let built: Promise<void> | undefined

/** Builds the app in `bench/peers/next`, once a run: the folder is small, and Next may be another since. */
export function buildNext(): Promise<void> {
  built ??= (async () => {
    const env = { ...process.env, NODE_ENV: 'production' as const }
    const next = join('node_modules', 'next', 'dist', 'bin', 'next')
    if ((await exitCode(process.execPath, [next, 'build', join(peers, 'next')], env)) !== 0)
      throw new Error('The app beside which Hubs is measured could not be built.')
  })()
  return built
}
