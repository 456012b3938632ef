import { HubError } from './hub-error.ts'

// Names of our own routes, present and likely: a hub stands at the root, so it must never hide one of them.
const reserved = new Set(
  `about account admin api app assets auth callback dashboard directory docs embed error events favicon feed health
  healthz help hooks hubs icon icons images live login logout manifest me metrics new oauth oidc page password profile
  public readyz register robots rss search service-worker session sessions settings setup share sign-in sign-out sign-up
  signin signout signup sitemap static status stream sw team teams token tokens user users w webhook webhooks widget
  widget-types widgets www`.split(/\s+/),
)

/** @throws HubError when a hub may not have that slug. */
export function checkSlug(slug: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug)) {
    throw new HubError(
      'hub-refused',
      'The slug of a hub is 1 to 63 small letters, digits and hyphens, and does not begin with a hyphen.',
    )
  }
  if (reserved.has(slug))
    throw new HubError('hub-refused', `“${slug}” is kept for Hubs itself: choose another slug.`)
}
