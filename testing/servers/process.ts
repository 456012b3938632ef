import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, cp, mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { guard } from './guard.ts'
import type { Server, ServerKind, ServerUser } from './server.ts'
import { until } from './until.ts'

/** A child process of our own, with its data in a temporary folder. */
export async function startProcess(kind: ServerKind, program: string): Promise<Server> {
  const user = kind.rootRunsAs && process.getuid?.() === 0 ? userNamed(kind.rootRunsAs) : undefined
  const killSignal = kind.killSignal ?? 'SIGKILL'
  const home = await mkdtemp(join(tmpdir(), `hubs-${kind.name}-`))
  const data = join(home, 'data')
  const copy = join(home, 'copy')
  const log = join(home, 'log')
  let port = await freePort()
  let child: ChildProcess | undefined
  let callOff = guard('rm -rf "$1"', [home])

  async function makeData(): Promise<void> {
    await mkdir(data)
    if (user) for (const folder of [home, data]) await chown(folder, user.uid, user.gid)
    await kind.prepare?.(program, data, user)
  }

  async function launch(): Promise<boolean> {
    const output = await open(log, 'a')
    const started = spawn(program, kind.command(port, data), {
      cwd: data,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
      ...user,
    })
    await output.close()
    started.unref()
    callOff()
    callOff = guard('kill -s "$2" "$3"; sleep 0.2; rm -rf "$1"', [
      home,
      killSignal.slice(3),
      String(started.pid),
    ])
    await until(
      async () => started.exitCode !== null || started.signalCode !== null || (await kind.answers(port)),
      `${kind.name} did not answer; its log is ${log}`,
    )
    if (started.exitCode !== null || started.signalCode !== null) return false
    child = started
    return true
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    child = undefined
    if (!ending) return
    const exit = once(ending, 'exit')
    // A paused process takes no signal but SIGKILL until it continues.
    signalAll(ending, 'SIGCONT')
    ending.kill(signal)
    await exit
  }

  await makeData()
  // Between our finding a port free and the server's taking it another process may have taken it.
  for (let attempt = 1; !(await launch()); attempt++) {
    if (attempt === 3) throw new Error(`${kind.name} ended at its start:\n${await readFile(log, 'utf8')}`)
    port = await freePort()
  }

  return {
    url: kind.url(port),
    port,
    kill: () => end(killSignal),
    async stop() {
      await end(killSignal)
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
      callOff()
    },
    async restart({ keepData = true } = {}) {
      if (child !== undefined && keepData) await kind.save?.(port)
      await end(killSignal)
      if (!keepData) {
        await rm(data, { recursive: true, maxRetries: 5 })
        await makeData()
      }
      await until(launch, `${kind.name} did not start again; its log is ${log}`)
    },
    async keep() {
      await end(killSignal)
      await rm(copy, { recursive: true, force: true })
      await cp(data, copy, { recursive: true })
      await until(launch, `${kind.name} did not start again; its log is ${log}`)
    },
    async revert({ except } = {}) {
      await end(killSignal)
      const stays = async (path: string) =>
        (await stat(path)).isDirectory() || path.split('/').includes(except ?? '')
      if (except) await cp(data, copy, { recursive: true, filter: stays })
      await rm(data, { recursive: true, maxRetries: 5 })
      await rename(copy, data)
      await until(launch, `${kind.name} did not start again; its log is ${log}`)
    },
    pause: () => child && signalAll(child, 'SIGSTOP'),
    resume: () => child && signalAll(child, 'SIGCONT'),
  }
}

function userNamed(name: string): ServerUser {
  const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** To the process and its children, which may lead groups of their own (each Postgres backend does). */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): void {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const children = pairs.filter(([, parent]) => parent === child.pid).map(([pid]) => pid as number)
  for (const pid of [child.pid as number, ...children]) process.kill(pid, signal)
}
