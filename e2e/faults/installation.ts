import { setTimeout as rest } from 'node:timers/promises'
import { ADMIN_API_TOKEN } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openRelay, type Relay } from '#testing/servers/relay.ts'
import type { Server } from '#testing/servers/server.ts'
import { until } from '#testing/servers/until.ts'
import { type FarStores, openFarStores } from '../fixtures/far-stores.ts'
import { type HttpRelay, openHttpRelay } from '../fixtures/http-relay.ts'

/** One process of an installation, with what lies between it and the stores. */
export interface Member {
  readonly name: string
  readonly product: RunningProduct
  readonly redis: Relay
  readonly nats: Relay
}

/** Hubs as an operator would run it for many: every role twice, behind a proxy that asks who is ready. */
export interface Installation {
  readonly stores: FarStores
  readonly fronts: readonly Member[]
  readonly daemons: readonly Member[]
  readonly members: readonly Member[]
  readonly proxy: HttpRelay
  /** Ends it in order and starts it again; resolves when it is ready and the proxy knows. */
  restart(member: Member): Promise<void>
  stop(): Promise<void>
}

/** Milliseconds between two questions of the proxy. */
const ASK_EVERY = 100
const DRAIN_SECONDS = '1'

export async function openInstallation(): Promise<Installation> {
  const stores = await openFarStores()
  const stopped = new AbortController()
  const ready = new Set<string>()
  let turn = 0
  const proxy = await openHttpRelay(() => [...ready][turn++ % ready.size])
  const env = {
    HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN,
    HUBS_FETCH_ALLOW: '127.0.0.1/32',
    HUBS_ORIGIN: proxy.url,
    HUBS_DRAIN_SECONDS: DRAIN_SECONDS,
  }

  const relayTo = ({ port }: Server) => openRelay({ host: '127.0.0.1', port })

  async function start(name: string, roles: string): Promise<Member> {
    const [redis, nats] = await Promise.all([relayTo(stores.redis), relayTo(stores.nats)])
    const through = {
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      NATS_URL: `nats://127.0.0.1:${nats.port}`,
    }
    const product = await startProduct({ mode: 'real', roles, stores, env: { ...env, ...through } })
    return { name, product, redis, nats }
  }

  async function askForEver(url: string): Promise<void> {
    while (!stopped.signal.aborted) {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
        () => undefined,
      )
      if (answer?.ok) ready.add(url)
      else ready.delete(url)
      await rest(ASK_EVERY)
    }
  }

  const fronts = [await start('front 1', 'web,stream'), await start('front 2', 'web,stream')]
  const daemons = [await start('daemon 1', 'daemon'), await start('daemon 2', 'daemon')]
  const members = [...fronts, ...daemons]
  const asking = fronts.map(({ product }) => askForEver(product.url))

  return {
    stores,
    fronts,
    daemons,
    members,
    proxy,
    async restart({ product }) {
      await product.restart()
      const known = async () => ready.has(product.url)
      if (fronts.some((front) => front.product === product)) await until(known, 'The proxy does not know it')
    },
    async stop() {
      stopped.abort()
      await Promise.all([...asking, proxy.close()])
      await Promise.all(members.map(({ product }) => product.stop()))
      await Promise.all(members.flatMap(({ redis, nats }) => [redis.cut(), nats.cut()]))
      await stores.stop()
    },
  }
}
