import { randomBytes } from 'node:crypto'

/**
 * The content security policy of one page. Styles in attributes stay allowed because server HTML carries some that
 * hydration does not put back. Images may come from anywhere by https, because notes show them. Development needs eval and injected styles for its error overlay and hot swaps.
 */
export function pagePolicy(options: { development: boolean; frameAncestors: readonly string[] }): string {
  const { development, frameAncestors } = options
  const nonce = `'nonce-${randomBytes(16).toString('base64')}'`
  const script = development ? `${nonce} 'strict-dynamic' 'unsafe-eval'` : `${nonce} 'strict-dynamic'`
  const style = development ? `'unsafe-inline'` : nonce
  return [
    `default-src 'self'`,
    `script-src 'self' ${script}`,
    `style-src 'self' ${style}`,
    `style-src-attr 'unsafe-inline'`,
    `img-src 'self' data: https:`,
    `font-src 'self'`,
    `connect-src 'self'${development ? ' ws:' : ''}`,
    `worker-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors ${frameAncestors.length > 0 ? frameAncestors.join(' ') : `'none'`}`,
  ].join('; ')
}
