import { z } from 'zod'
import type { SourceDefinition } from '../define.ts'
import { door } from './door.ts'

export const github: SourceDefinition = {
  name: 'github',
  topics: 'github.>',
  ownsEventSource: (source) => /^(https?:)?\/\/([^/]*@)?(www\.|api\.)?github\.com(:\d+)?(\/|$)/i.test(source),
  secrets: {
    GITHUB_TOKEN: { schema: z.string().min(1), file: true },
    GITHUB_URL: {
      schema: z.url({ protocol: /^https?$/, error: 'must be a URL such as https://api.github.com' }),
      file: false,
    },
  },
  door,
}
