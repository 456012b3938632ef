import type { Route } from './route.ts'

/** What `/readyz` says. `away` names stores that do not serve, and why; that alone does not make a node unready. */
export interface Readiness {
  readonly ready: () => boolean
  readonly away: () => Promise<readonly { readonly store: string; readonly reason: string }[]>
}

export function healthRoutes({ ready, away }: Readiness): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      right: 'anyone',
      handle: async () => ({ status: 200, body: { status: 'alive' } }),
    },
    {
      method: 'GET',
      path: '/readyz',
      right: 'anyone',
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
