import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { guard } from './guard.ts'
import { openLink } from './link.ts'
import type { Server, ServerKind } from './server.ts'
import { until } from './until.ts'

const run = promisify(execFile)

/** A container of our own behind a link. */
export async function startContainer(kind: ServerKind, image: string): Promise<Server> {
  const name = `hubs-test-${kind.name}-${randomBytes(6).toString('hex')}`
  const port = await freePort()
  const env = Object.entries(kind.containerEnv ?? {}).flatMap(([key, value]) => ['-e', `${key}=${value}`])
  const callOff = guard('docker rm -f "$1"', [name])
  await run('docker', [
    ...['run', '-d', '--rm', '--name', name, '-p', `127.0.0.1:${port}:${kind.port}`, ...env, image],
    ...kind.containerArgs,
  ])
  await until(() => kind.answers(port), `${kind.name} in a container did not answer`)
  return openLink(kind, kind.url(port), async () => {
    await run('docker', ['rm', '-f', name])
    callOff()
  })
}
