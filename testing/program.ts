import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface ProgramEnd {
  readonly code: number | string | null
  /** Standard output and error. */
  readonly output: string
}

/** Runs a built program (`main` or `hubs`) to its end, in an environment of nothing but `env`. */
export function runProgram(
  name: 'main' | 'hubs',
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProgramEnd> {
  const file = join(import.meta.dirname, `../dist/${name}.js`)
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [file, ...args],
      { env: { NODE_ENV: 'production', PATH: process.env.PATH, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? (error.code ?? null) : 0, output: stdout + stderr }),
    )
  })
}
