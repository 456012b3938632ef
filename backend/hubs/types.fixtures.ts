import { z } from 'zod'
import { defineWidget, implement, type WidgetType } from '#widgets/define.ts'
import type { TypeOf } from './document.ts'

const anything = {
  title: 'Anything',
  description: '',
  version: 1,
  maxAge: 60,
  samples: [],
  data: z.unknown(),
}

const text = defineWidget({
  ...anything,
  type: 'text',
  title: 'Text',
  config: z.strictObject({
    text: z.string().max(100),
    size: z.enum(['small', 'large']).default('small'),
    url: z.url().optional(),
  }),
  interests: ({ text }) => [{ topic: 'text.changed', where: { subject: text } }],
  params: ({ text }) => ({ text }),
})

const ofHub = defineWidget({
  ...anything,
  type: 'of-hub',
  version: 3,
  config: z.strictObject({}),
  interests: () => [],
  scope: 'hub',
})

const secretive = defineWidget({
  ...anything,
  type: 'secretive',
  config: z.strictObject({}),
  interests: () => [],
  secrets: ['GITHUB_TOKEN'],
})

const throwing = defineWidget({
  ...anything,
  type: 'throwing',
  config: z.looseObject({}),
  interests: () => {
    throw new Error('never mind the config')
  },
})

const load = async () => null

/** Widget types for tests of what surrounds them. */
const types: Readonly<Record<string, WidgetType>> = {
  text: implement(text, load),
  'of-hub': implement(ofHub, load),
  secretive: implement(secretive, load),
  throwing: implement(throwing, load),
}

export const typeOf: TypeOf = (name) => (Object.hasOwn(types, name) ? types[name] : undefined)

export const at = (x: number, y = 0) => ({ x, y, w: 2, h: 2 })

export const textWidget = (text: string, more: object = {}) => ({
  type: 'text',
  config: { text },
  position: at(0),
  ...more,
})

export const hubDocument = (more: object = {}) => ({
  title: 'A hub',
  visibility: 'public',
  widgets: [] as object[],
  ...more,
})
