import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** Exit code of a command run in the project's folder, its output ours. */
export async function exitCode(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env })
  const [code] = await once(child, 'exit')
  return code ?? 1
}

/** Runs a command; a failure of it is ours. */
export async function run(command, args, env = process.env) {
  const code = await exitCode(command, args, env)
  if (code !== 0) {
    console.error(`${[command, ...args].join(' ')} failed`)
    process.exit(code)
  }
}
