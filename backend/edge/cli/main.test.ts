import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { widgetType } from '#widgets/registry.ts'
import { type DataFolder, holdDataFolder } from '../../db/data-folder.ts'
import type { OpenDatabase } from '../../db/database.ts'
import { openDatabase } from '../../db/open-database.ts'
import { appliedSets } from '../../hubs/applied-sets.ts'
import { commands } from '../../hubs/commands.ts'
import { type HubsRoom, hubsRoom } from '../../hubs/hubs.ts'
import { openApiTokens } from '../../hubs/tokens.ts'
import { hubs } from './run.fixtures.ts'

const LONG = 120_000
let folder: string
let env: Record<string, string>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubs-cli-'))
  env = { HUBS_DATA: join(folder, 'data') }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, content: object | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const note = { type: 'notes', config: { text: 'hi' }, position: { x: 0, y: 0, w: 4, h: 2 } }
const team = (more: object = {}) => ({
  slug: 'team',
  title: 'Team',
  visibility: 'public',
  widgets: [note],
  ...more,
})

describe('without a running Hubs', () => {
  test(
    'a token is made in a new database, alone on stdout, listed and revoked',
    async () => {
      const made = await hubs(['token', 'create', 'ci', '--scope', 'publish', '--scope', 'read'], env)
      expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^hubs_[\w-]{32}\n$/) })
      expect(made.err).toContain('allows publish, read. It is shown only now')
      const id = /Token (\w+) /.exec(made.err)?.[1] ?? ''
      const listed = await hubs(['token', 'list'], env)
      expect(listed).toMatchObject({ code: 0, err: '' })
      expect(listed.out).toMatch(
        new RegExp(`^ID .*\\n${id} +ci +publish,read +[-\\d]{10} [:\\d]{5} +valid\\n$`),
      )
      expect(listed.out).not.toContain(made.out.trim())
      expect(await hubs(['token', 'revoke', id], env)).toMatchObject({ code: 0 })
      expect((await hubs(['token', 'list'], env)).out).toContain('revoked')
      expect(await hubs(['token', 'revoke', id], env)).toMatchObject({
        code: 1,
        err: `There is no valid token ${id}: see token list.\n`,
      })
      const data = env.HUBS_DATA ?? ''
      // The embedded database sets the mode of this one itself, time and again; there is nothing of ours in it.
      const ours = (await readdir(data, { recursive: true })).filter(
        (name) => !name.endsWith('pg_internal.init'),
      )
      for (const name of ['.', ...ours]) expect((await stat(join(data, name))).mode & 0o077, name).toBe(0)
      await chmod(data, 0o755)
      const refused = await hubs(['token', 'list'], env)
      expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`chmod 700 ${data}`) })
      await chmod(data, 0o700)
    },
    LONG,
  )

  test(
    'commands that come at the same time wait for one another',
    async () => {
      const made = await Promise.all(
        ['a', 'b'].map((name) => hubs(['token', 'create', name, '--scope', 'read'], env)),
      )
      expect(made.map(({ code }) => code)).toEqual([0, 0])
    },
    LONG,
  )
})

describe('beside a running Hubs', () => {
  let held: DataFolder
  let database: OpenDatabase
  let room: HubsRoom
  beforeAll(async () => {
    held = await holdDataFolder(env.HUBS_DATA ?? '')
    database = await openDatabase({ dataDir: env.HUBS_DATA ?? '', log: pino({ level: 'silent' }) })
    await database.migrate()
    room = hubsRoom({ db: database.db, typeOf: widgetType })
    await held.serve(
      commands({
        hubs: room,
        tokens: openApiTokens({ db: database.db }),
        applied: appliedSets(database.db),
      }),
    )
  }, LONG)
  afterAll(async () => {
    await database.close()
    await held.release()
  })

  test(
    'hubs are applied from files and folders, by that process, and listed',
    async () => {
      const path = await file('team.json', team())
      expect(await hubs(['apply', '--dry-run', path], env)).toEqual({
        code: 0,
        out: 'team: would be created\n',
        err: '',
      })
      expect(await room.get('team')).toBeUndefined()
      expect((await hubs(['apply', path], env)).out).toBe('team: created\n')
      expect((await hubs(['apply', folder], env)).out).toBe('team: unchanged\n')
      await file('team.json', team({ title: 'Renamed' }))
      expect((await hubs(['apply', folder], env)).out).toBe('team: replaced\n')
      expect(await room.get('team')).toMatchObject({ title: 'Renamed' })
      expect((await hubs(['hubs', 'list'], env)).out).toMatch(/^SLUG .*\nteam +1 +\d+ +Renamed\n$/)
    },
    LONG,
  )

  test(
    'a bad document is refused by file and field, and keeps nothing from the others',
    async () => {
      const bad = await file(
        'bad.json',
        team({ slug: 'bad', widgets: [{ ...note, config: { text: 5 } }], owner: 'me' }),
      )
      const broken = await file('broken.json', '{')
      const nameless = await file('nameless.json', { title: 'x' })
      const good = await file('good.json', team({ slug: 'good' }))
      const { code, out, err } = await hubs(['apply', bad, broken, nameless, good], env)
      expect(code).toBe(1)
      expect(out).toBe('good: created\n')
      expect(err).toContain(
        `${bad}: The hub document is refused. /owner is not a field here.\n  /owner is not a field here (line 1, column `,
      )
      expect(err).toContain(`${broken}: It is not JSON: `)
      expect(err).toContain(`${nameless}: A hub document in a file is an object with a "slug".`)
      expect(await room.get('bad')).toBeUndefined()
    },
    LONG,
  )
})

describe('hubs in a repository', () => {
  const yaml = (slug: string, text: string) => `# ours
$schema: https://hubs.example.org/api/v1/hub.schema.json
slug: ${slug}
title: ${slug}
visibility: public
widgets:
  - type: notes
    config:
      text: ${text}
    position: { x: 0, y: 0, w: 4, h: 2 }
`
  let own: Record<string, string>
  let repository: string
  beforeAll(async () => {
    own = { HUBS_DATA: join(folder, 'repository-data') }
    repository = join(folder, 'repository')
    await mkdir(repository)
  })
  const put = (name: string, text: string) => writeFile(join(repository, name), text)

  test(
    'YAML and JSON are applied, with byte order marks; a broken one stops no other, and is told with its place',
    async () => {
      await put('a.yaml', `\ufeff${yaml('a', 'hello')}`)
      await put('b.json', `\ufeff${JSON.stringify(team({ slug: 'b' }))}`)
      await put('c.yml', yaml('c', '[5]'))
      await put('d.yml', 'slug: d\n title: x')
      const { code, out, err } = await hubs(['apply', join(folder, 'nowhere'), repository], own)
      expect(code).toBe(1)
      expect(out).toBe('a: created\nb: created\n')
      expect(err).toContain(`${join(folder, 'nowhere')}: `)
      expect(err).toMatch(/c\.yml: .*\n {2}\/widgets\/0\/config\/text .* \(line 9, column 13\)\n/)
      expect(err).toMatch(/d\.yml: It is not YAML: .* Line 1, column \d+\.\n/)
      await Promise.all(['c.yml', 'd.yml'].map((name) => rm(join(repository, name))))
    },
    LONG,
  )

  test(
    'a pipe in a folder is passed over, and no name or text of a file steers the terminal',
    async () => {
      const mixed = join(folder, 'mixed')
      await mkdir(join(mixed, 'folder.yaml'), { recursive: true })
      expect(spawnSync('mkfifo', [join(mixed, 'pipe.yaml')]).status).toBe(0)
      await writeFile(join(mixed, '\u001b[31mred\u009b2J.json'), '\u001b]0;title\u0007')
      await writeFile(join(mixed, 'b.yaml'), '"\u001b[2J": [')
      const { code, out, err } = await hubs(['apply', '--dry-run', mixed], own)
      expect(code).toBe(1)
      for (const name of ['pipe', 'folder'])
        expect(err).toContain(`${join(mixed, name)}.yaml: passed over, for it is no regular file.\n`)
      expect(err).toContain('\\u001b[31mred\\u009b2J.json: It is not JSON')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    },
    LONG,
  )

  test(
    'pruned is what an earlier apply of the same name wrote, and nothing while a document is refused',
    async () => {
      const apply = (...args: string[]) => hubs(['apply', '--prune', 'repository', ...args, repository], own)
      expect((await apply()).out).toBe('a: unchanged\nb: unchanged\n')
      await rm(join(repository, 'b.json'))
      await put('e.yaml', 'slug: e')
      expect(await apply()).toMatchObject({
        code: 1,
        out: 'a: unchanged\n',
        err: expect.stringContaining('Nothing is deleted while a document is refused.'),
      })
      await put('e.yaml', yaml('e', 'new'))
      expect((await apply('--dry-run')).out).toBe('a: unchanged\ne: would be created\nb: would be deleted\n')
      expect((await hubs(['apply', '--prune', 'another', repository], own)).out).toBe(
        'a: unchanged\ne: created\n',
      )
      expect(await apply()).toEqual({ code: 0, out: 'a: unchanged\ne: unchanged\nb: deleted\n', err: '' })
      expect((await apply()).out).toBe('a: unchanged\ne: unchanged\n')
      // It is another's too by now.
      await rm(join(repository, 'e.yaml'))
      expect((await apply()).out).toBe('a: unchanged\n')
      expect((await hubs(['hubs', 'list'], own)).out).toMatch(/^e /m)
    },
    LONG,
  )
})

test.each([
  [['apply', '--prune', '', 'x'], '--prune takes a name'],
  [['dance'], 'There is no command “dance”.'],
  [['token', 'create', 'x', '--scope', 'everything'], 'is none of publish'],
  [['dead', 'list'], 'dead takes a token'],
  [['token', 'list', '--loud'], '--loud'],
  [['replay', 'github', '--rate', 'fast'], '--rate takes a number'],
])(
  '%j is refused with the usage',
  async (args, message) => {
    const { code, out, err } = await hubs(args, env)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(message)
    expect(err).toContain('Usage: npm run hubs -- COMMAND')
  },
  LONG,
)

describe('a running Hubs that is asked for its dead letters', () => {
  const token = { HUBS_TOKEN: 'hubs_a-token-of-32-characters-or-so' }
  const list = (url: string) => hubs(['dead', 'list', '--url', url], { ...env, ...token })
  async function listen(answer: RequestListener) {
    const server = createServer(answer).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
  }

  test(
    'and is not there',
    async () => {
      const { url, close } = await listen(() => {})
      close()
      const err = `No Hubs answers at ${url}: is it running there?\n`
      expect(await list(url)).toEqual({ code: 1, out: '', err })
    },
    LONG,
  )

  test(
    'behind a proxy that answers in its place',
    async () => {
      const { url, close } = await listen((_, response) => response.writeHead(502).end('Bad Gateway'))
      onTestFinished(() => void close())
      expect(await list(url)).toEqual({ code: 1, out: '', err: `${url} answered 502: Bad Gateway\n` })
    },
    LONG,
  )
})

test(
  'a wrong environment is told as such',
  async () => {
    const { code, err } = await hubs(['token', 'list'], { ...env, DATABASE_URL: 'http://nowhere' })
    expect([code, err]).toEqual([2, expect.stringContaining('DATABASE_URL must be a postgres:// URL')])
    expect(err).not.toContain('Usage')
  },
  LONG,
)

test(
  'help is help',
  async () => {
    expect(await hubs(['--help'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Usage:'),
      err: '',
    })
  },
  LONG,
)
