import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { httpUrl } from '../kit/http-url.ts'
import { topicPattern } from '../kit/topic-pattern.ts'
import { samples } from './fixtures.ts'

export const feed = defineWidget({
  type: 'feed',
  title: 'Feed',
  description: 'The newest items of an RSS, Atom or JSON feed.',
  version: 1,
  config: z.strictObject({
    url: httpUrl,
    limit: z.number().int().min(1).max(50).default(8),
    refreshOn: z
      .array(topicPattern)
      .max(16)
      .default([])
      .meta({ description: 'Topics of events after which the feed is read again at once' }),
  }),
  data: z.strictObject({
    title: z.string(),
    items: z.array(
      z.strictObject({
        title: z.string(),
        /** http or https; null when the item has none that is safe to follow. */
        link: z.string().nullable(),
        time: z.number().nullable(),
        /** Where the item is from or who wrote it; empty when the feed does not say. */
        source: z.string(),
      }),
    ),
  }),
  interests: ({ refreshOn }) => refreshOn.map((topic) => ({ topic })),
  params: ({ url, limit }) => ({ url, limit }),
  maxAge: 900,
  minInterval: 5_000,
  truth: 'time',
  samples,
  isEmpty: ({ items }) => items.length === 0,
})
