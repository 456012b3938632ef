import { z } from 'zod'
import { credentialIn } from './address-credential.ts'

/**
 * An address of at most 2000 characters that everybody who sees the hub may read: `isAddress` says what else it must
 * be, `error` so in words, and `instead` what to do where somebody gave one with a credential.
 */
export function openAddress({
  isAddress,
  error,
  instead,
}: {
  isAddress(text: string): boolean
  readonly error: string
  readonly instead: string
}) {
  return z
    .string()
    .max(2000)
    .superRefine((text, context) => {
      const credential = credentialIn(text)
      if (credential !== undefined) {
        const message = `must not hold a credential (${credential}), which all who see this hub could read; ${instead}`
        context.addIssue({ code: 'custom', message })
      } else if (!isAddress(text)) context.addIssue({ code: 'custom', message: error })
    })
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
}

/** An address a loader fetches: http or https, without credentials, which would end up on pages and in logs. */
export const httpUrl = openAddress({
  isAddress: isHttpUrl,
  error: 'must be an http or https address, such as https://example.org/feed.xml',
  instead: 'use an address that needs none, or a widget type with a setting of its own, such as GITHUB_TOKEN',
})
