import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { openAddress } from '../kit/http-url.ts'
import { isLinkTarget } from '../kit/link-target.ts'
import { samples } from './fixtures.ts'

const groups = z.array(
  z.strictObject({
    title: z.string().max(80).optional(),
    links: z
      .array(
        z.strictObject({
          title: z.string().min(1).max(120),
          url: openAddress({
            isAddress: isLinkTarget,
            error: 'must be an http, https or mailto address, or a path on this site such as /welcome',
            instead: 'give one at which people sign in themselves',
          }),
          note: z.string().max(200).optional(),
        }),
      )
      .max(50),
  }),
)

export const links = defineWidget({
  type: 'links',
  title: 'Links',
  description: 'The places a team goes to, in groups.',
  version: 1,
  config: z.strictObject({ groups: groups.max(20) }),
  data: z.strictObject({ groups }),
  interests: () => [],
  maxAge: 86_400,
  truth: 'events',
  samples,
  isEmpty: (data) => data.groups.every((group) => group.links.length === 0),
})
