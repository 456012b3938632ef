import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildSync } from 'esbuild'
import { afterAll, expect, test } from 'vitest'
import { stackInSources } from './stack-in-sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'hubs stack '))
afterAll(() => rmSync(folder, { recursive: true }))

const source = join(folder, 'thrower.ts')
writeFileSync(
  source,
  `interface Unseen { readonly one: string }

export function thrower(): never {
  throw new Error('thrown')
}
`,
)

/** The frame where a built file throws, as Node shows it. */
function frameOf(format: 'esm' | 'cjs', sourcemap: boolean): { frame: string; file: string } {
  const file = join(folder, `${format}-${sourcemap}.js`)
  buildSync({ entryPoints: [source], outfile: file, bundle: true, minify: true, format, sourcemap })
  // Of a built CommonJS file Node gives a path, of a module an address.
  const place = format === 'esm' ? pathToFileURL(file).href : file
  const before = readFileSync(file, 'utf8').split('new Error')[0]?.split('\n') ?? []
  return { frame: `    at async a (${place}:${before.length}:${(before.at(-1)?.length ?? 0) + 1})`, file }
}

test.each(['esm', 'cjs'] as const)('a frame of a built file (%s) shows its source', (format) => {
  const { frame } = frameOf(format, true)
  expect(
    stackInSources(
      `Error: thrown\n${frame}\n    at ${frame.slice(16, -1)}\n    at Object.get [as a/b] ${frame.slice(15)}`,
    ),
  ).toBe(
    `Error: thrown\n    at async a (${source}:4:9)\n    at ${source}:4:9\n    at Object.get [as a/b] (${source}:4:9)`,
  )
})

test('a frame stays as it is without a map of its file', () => {
  const { frame, file } = frameOf('esm', false)
  const frames = [
    frame,
    '    at node:internal/process/task_queues:95:5',
    '    at Array.map (<anonymous>)',
    `    at ${join(folder, 'gone.js')}:1:1`,
    '    at /x/node_modules/next/dist/server.js:1:2',
    '    at file:///a%2Fb.js:1:2',
    '    at file:///a%zz.js:1:2',
  ].join('\n')
  expect(stackInSources(frames)).toBe(frames)
  writeFileSync(`${file}.map`, '{"version":3,')
  expect(stackInSources(frames)).toBe(frames)
})
