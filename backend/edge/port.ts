import type { Logger } from 'pino'
import type { Env } from '../env.ts'
import { clientRule } from './http/client-address.ts'
import { healthRoutes, type Readiness } from './http/health.ts'
import { listen } from './http/listen.ts'
import { openPages, type Pages } from './http/pages.ts'
import { type FrontServer, frontServer } from './http/server.ts'

/** The one port of this process. */
export interface OpenPort {
  readonly port: number
  readonly front: FrontServer
  /** With the web role. It never rejects unheard: who waits for it hears of it. */
  readonly pages: Promise<Pages> | undefined
}

/**
 * Listens, answers who asks for health, and begins to open the pages: both wait for much that the other, and the stores,
 * do not need.
 * @throws Error with a plain sentence when something else has the port
 */
export async function openPort(options: {
  readonly env: Env
  readonly health: Readiness
  /** The path of the public address. */
  readonly basePath: string
  readonly development: boolean
  /** Folder of the installation. */
  readonly dir: string
  /** As of `openPages`. */
  readonly embedOrigins: Parameters<typeof openPages>[0]['embedOrigins']
  readonly log: Logger
}): Promise<OpenPort> {
  const { env, health, basePath, development, dir, embedOrigins, log } = options
  const front = frontServer({
    health: healthRoutes(health),
    clientOf: clientRule(env.HUBS_PROXIES),
    names: [...(env.HUBS_ORIGIN ? [new URL(env.HUBS_ORIGIN).hostname] : []), ...env.HUBS_HOSTS],
    // Below a path the host name is others' as well, who may not have it all by https.
    secure: basePath === '' && (env.HUBS_ORIGIN?.startsWith('https:') ?? false),
    basePath,
    log,
  })
  const { server } = front
  const port = await listen(server, { port: env.PORT, host: env.HOST })
  const pages = env.HUBS_ROLES.includes('web')
    ? openPages({ server, development, dir, port, hostname: env.HOST, basePath, embedOrigins })
    : undefined
  pages?.catch(() => {})
  return { port, front, pages }
}
