import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Usage } from './verbs.ts'

/** A folder for CPU profiles of every process, in the format of Chromium's inspector. */
const profiles = process.env.BENCH_PROFILES
const profiling = profiles ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : []

const root = join(import.meta.dirname, '..')

// biome-ignore lint/suspicious/noExplicitAny: each program says what its verbs take
type Verbs = Readonly<Record<string, (argument: any) => Promise<unknown>>>

/** A process of its own beside this one, which does what it is asked. */
export interface ChildProgram<Asked extends Verbs> {
  readonly pid: number
  /** Rejects with what went wrong there, and when it ends. */
  ask<Name extends keyof Asked & string>(
    verb: Name,
    ...argument: Parameters<Asked[Name]>
  ): Promise<Awaited<ReturnType<Asked[Name]>>>
  /** What it has used so far; with `collect`, after a garbage collection. */
  usage(collect?: boolean): Promise<Usage>
  stop(): Promise<void>
}

interface Wait {
  resolve(value: never): void
  reject(error: Error): void
}

/**
 * Starts `bench/<name>.program.ts`, bundled as the product is, so that both are compiled alike. A peer's is JavaScript,
 * `bench/peers/<name>.program.mjs`, since what it imports is there only once a benchmark has installed it.
 */
export async function startProgram<Asked extends Verbs>(
  name: string,
  options: { readonly execArgv?: readonly string[]; readonly peer?: boolean } = {},
): Promise<ChildProgram<Asked>> {
  const entry = options.peer ? `bench/peers/${name}.program.mjs` : `bench/${name}.program.ts`
  // Where Node finds the packages of each.
  const outfile = join(root, options.peer ? 'bench/peers/dist' : 'dist/bench', `${name}.js`)
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    logLevel: 'warning',
  })
  const child = fork(outfile, {
    execArgv: ['--expose-gc', '--max-semi-space-size=32', ...profiling, ...(options.execArgv ?? [])],
    serialization: 'advanced',
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const waits = new Map<number, Wait>()
  let asked = 0
  child.on('message', (message: { ask: number; value?: never; error?: string }) => {
    const wait = waits.get(message.ask)
    waits.delete(message.ask)
    if (message.error === undefined) wait?.resolve(message.value as never)
    else wait?.reject(new Error(`${name}: ${message.error}`))
  })
  child.on('exit', (code, signal) => {
    for (const wait of waits.values()) wait.reject(new Error(`${name} ended (${code ?? signal})`))
    waits.clear()
  })

  function ask(verb: string, argument: unknown): Promise<never> {
    return new Promise((resolve, reject) => {
      asked += 1
      waits.set(asked, { resolve, reject })
      const mine = asked
      child.send({ ask: mine, verb, argument }, (error) => {
        if (!error) return
        waits.delete(mine)
        reject(error)
      })
    })
  }

  await ask('usage', undefined)
  return {
    // Started: it has answered.
    pid: child.pid as number,
    ask: (verb, ...[argument]) => ask(verb, argument),
    usage: (collect = false) => ask('usage', collect),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.disconnect()
      await exit
    },
  }
}
