import { mkdir, rename } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

let bundled: Promise<string> | undefined

/** The program of child.ts in one file, as the build puts it beside ours; from sources, made when first asked for. */
export function childFile(): Promise<string> {
  if (!import.meta.url.endsWith('.ts')) return Promise.resolve(here('sandbox.js'))
  bundled ??= bundle()
  return bundled
}

async function bundle(): Promise<string> {
  const { build } = await import('esbuild')
  const file = here('../../dist/sources/sandbox.js')
  const own = here(`../../dist/sources/sandbox-${process.pid}.js`)
  await mkdir(here('../../dist/sources'), { recursive: true })
  await build({
    entryPoints: [here('child.ts')],
    outfile: own,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  // Other processes may be starting theirs.
  await rename(own, file)
  return file
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
