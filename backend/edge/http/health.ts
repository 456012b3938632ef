import type { Endpoint, Route } from './route.ts'

/** What `/readyz` says. `away` names stores that do not serve, and why; that alone does not make a node unready. */
export interface Readiness {
  readonly ready: () => boolean
  readonly away: () => Promise<readonly { readonly store: string; readonly reason: string }[]>
}

const alive = {
  method: 'GET',
  path: '/healthz',
  right: 'anyone',
  about: { summary: 'Whether the process is alive', responses: { 200: { description: 'It is' } } },
} as const satisfies Endpoint

const serving = {
  method: 'GET',
  path: '/readyz',
  right: 'anyone',
  about: {
    summary: 'Whether the process serves, and what it depends on that is away',
    responses: { 200: { description: 'It does' }, 503: { description: 'Not yet, or not any more' } },
  },
} as const satisfies Endpoint

export const healthEndpoints: readonly Endpoint[] = [alive, serving]

export function healthRoutes({ ready, away }: Readiness): Route[] {
  return [
    {
      ...alive,
      handle: async () => ({ status: 200, body: { status: 'alive' } }),
    },
    {
      ...serving,
      async handle() {
        const isReady = ready()
        const found = isReady ? await away() : []
        return {
          status: isReady ? 200 : 503,
          body: {
            status: isReady ? 'ready' : 'not ready',
            away: found.map(({ store }) => store),
            reasons: Object.fromEntries(found.map(({ store, reason }) => [store, reason])),
          },
        }
      },
    },
  ]
}
