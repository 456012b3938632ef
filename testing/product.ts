import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from './servers/free-port.ts'
import { guard } from './servers/guard.ts'
import { until } from './servers/until.ts'
import { openStores, type RealStores } from './stores.ts'

const root = join(import.meta.dirname, '..')
const program = 'dist/main.js'

/** The built product as its operators run it: one process on a free port, its data in a folder of its own. */
export interface RunningProduct {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Lines of its output, standard error included. */
  readonly logs: readonly string[]
  /** Real stores, in real mode. */
  readonly stores: RealStores | undefined
  /** Drains and ends it, and removes its data and the stores it started. */
  stop(): Promise<void>
  /** Ends it at once. Data and stores stay for `restart`. */
  kill(): Promise<void>
  /** Ends it if it still runs (drained, not killed) and starts it again on the same port, data and stores. */
  restart(): Promise<void>
}

export async function startProduct(options: {
  readonly mode: 'embedded' | 'real'
  /** As `HUBS_ROLES`; all by default. */
  readonly roles?: string
  readonly port?: number
  /** What to run instead of the built program, in the project's folder. */
  readonly command?: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
  /** Real stores to share with another product; whoever opened them ends them. */
  readonly stores?: RealStores
  /** Told each line of its output, from before it is ready. */
  readonly onLog?: (line: string) => void
}): Promise<RunningProduct> {
  if (!existsSync(join(root, program))) throw new Error('The product is not built: run npm run build')
  const port = options.port ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const data = await mkdtemp(join(tmpdir(), 'hubs-product-'))
  const ownStores = options.mode === 'real' && !options.stores ? await openStores() : undefined
  const stores = options.stores ?? ownStores
  const logs: string[] = []
  let callOff = (): void => {}
  let child = await launch()

  async function launch(): Promise<ChildProcess & { readonly pid: number }> {
    const [file, ...args] = options.command ?? [process.execPath, '--max-semi-space-size=32', program]
    const started = spawn(file, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        NODE_ENV: 'production',
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(port),
        HUBS_ORIGIN: url,
        HUBS_DATA: data,
        HUBS_DRAIN_SECONDS: '0',
        // Thousands of readers are one client here.
        HUBS_STREAMS_PER_CLIENT: '20000',
        ...(options.roles ? { HUBS_ROLES: options.roles } : {}),
        ...(options.mode === 'real' ? stores?.env : {}),
        ...options.env,
      },
    })
    for (const output of [started.stdout, started.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        logs.push(line)
        options.onLog?.(line)
      })
    }
    callOff()
    callOff = guard('kill -9 "$1"; rm -rf "$2"', [String(started.pid), data])
    const ended = (): boolean => started.exitCode !== null || started.signalCode !== null
    const told = (what: string): Error => new Error(`${what}:\n${logs.join('\n')}`)
    await until(async () => ended() || (await isReady(url)), 'The product did not become ready').catch(
      (error: Error) => {
        throw told(error.message)
      },
    )
    if (ended()) throw told('The product ended at its start')
    // Started and running, so that it has one.
    return started as ChildProcess & { readonly pid: number }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }

  return {
    url,
    port,
    logs,
    stores,
    get pid() {
      return child.pid
    },
    async stop() {
      await end('SIGTERM')
      callOff()
      await rm(data, { recursive: true, force: true })
      await ownStores?.stop()
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      child = await launch()
    },
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok
  } catch {
    return false
  }
}
