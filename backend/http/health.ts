import type { Route } from './route.ts'

/** What `/readyz` says. `away` names dependencies that cannot be reached; that alone does not make a node unready. */
export interface Readiness {
  readonly ready: () => boolean
  readonly away: () => Promise<readonly string[]>
}

export function healthRoutes({ ready, away }: Readiness): Route[] {
  return [
    { method: 'GET', path: '/healthz', handle: async () => ({ status: 200, body: { status: 'alive' } }) },
    {
      method: 'GET',
      path: '/readyz',
      async handle() {
        const isReady = ready()
        return {
          status: isReady ? 200 : 503,
          body: { status: isReady ? 'ready' : 'not ready', away: isReady ? await away() : [] },
        }
      },
    },
  ]
}
