import { HubError } from './hub-error.ts'

// Names of our own routes, present and likely: a hub stands at the root, so it must never hide one of them. Next keeps the
// page 500 for itself.
const reserved = new Set(
  `500 account admin api assets auth embed favicon health healthz hubs icon icons login logout manifest me metrics new oauth
  public readyz robots search settings setup sign-in sign-out sign-up signin signout signup sitemap static sw tokens user
  users w widget widgets`.split(/\s+/),
)

/** Whether it is written as slugs are. */
export function isSlug(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text)
}

/** @throws HubError when a hub may not have that slug. */
export function checkSlug(slug: string): void {
  if (!isSlug(slug)) {
    throw new HubError(
      'hub-refused',
      'The slug of a hub is 1 to 63 small letters, digits and hyphens, and does not begin with a hyphen.',
    )
  }
  if (reserved.has(slug))
    throw new HubError('hub-refused', `“${slug}” is kept for Hubs itself: choose another slug.`)
}
