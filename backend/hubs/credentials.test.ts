import { expect, test } from 'vitest'
import type { Json } from '#widgets/define.ts'
import { widgetType } from '#widgets/registry.ts'
import { parseHubDocument } from './document.ts'
import type { HubError } from './hub-error.ts'
import { hubView } from './hub-view.ts'
import { placer } from './placed.ts'
import { at } from './types.fixtures.ts'

const secret = 'pa55w0rd'
const configs: readonly [type: string, config: Json, instead: string][] = [
  ['json', { url: `https://a.example/x?api_key=${secret}` }, 'GITHUB_TOKEN'],
  ['feed', { url: `https://me:${secret}@a.example/feed` }, 'GITHUB_TOKEN'],
  ['commits', { repository: `https://a.example/x.git?private_token=${secret}` }, 'HUBS_GIT_ROOTS'],
  [
    'links',
    { groups: [{ links: [{ title: 'Chat', url: `https://a.example/join?pwd=${secret}` }] }] },
    'sign in',
  ],
]

test.each(configs)(
  'a credential in an address of %s is refused with what to do instead',
  (type, config, instead) => {
    const document = { title: 'T', visibility: 'public', widgets: [{ type, config, position: at(0) }] }
    const refused = (): HubError => {
      try {
        parseHubDocument(document, widgetType)
      } catch (error) {
        return error as HubError
      }
      throw new Error('it was not refused')
    }
    const { message, errors } = refused()
    expect(errors).toHaveLength(1)
    expect(errors?.[0]?.field).toMatch(/^\/widgets\/0\/config\//)
    expect(errors?.[0]?.message).toContain('must not hold a credential')
    expect(errors?.[0]?.message).toContain(instead)
    expect(`${message}${JSON.stringify(errors)}`).not.toContain(secret)
  },
)

test.each(configs)(
  'one that was stored before shows nobody its credential, and its card what to do: %s',
  (type, config, instead) => {
    const hub = placer({ typeOf: widgetType, secret: 's'.repeat(32), secrets: {} })({
      ...{ slug: 'team', title: 'Team', summary: '', visibility: 'public', embedOrigins: [], revision: 1 },
      widgets: [
        { id: 'w1', type, title: null, config, position: at(0) },
        { id: 'w2', type: 'notes', title: null, config: { text: 'whole' }, position: at(0) },
      ],
    })
    const view = hubView(hub)
    expect(view.widgets[0]?.problem?.message).toContain(instead)
    expect(view.widgets[1]?.problem).toBeUndefined()
    expect(JSON.stringify(view)).not.toContain(secret)
    expect(JSON.stringify(view.widgets[0]?.config)).toContain('a.example')
  },
)
