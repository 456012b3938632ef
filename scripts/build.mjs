// Builds pages for the path of HUBS_ORIGIN, into the folder that next.config.mjs says, and the programs into dist. With
// --if-needed only when sources changed since.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import nextConfig from '../next.config.mjs'
import { root, run } from './run.mjs'

const pages = `${root}/${nextConfig.distDir}`
/** One for the pages, one for the programs, which are the same for every path. */
const stamps = [`${pages}/.sources`, `${root}/dist/.sources`]
const folders = ['app', 'backend', 'contract', 'drizzle', 'sources', 'widgets']
const files = [
  'next.config.mjs',
  'postcss.config.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'scripts/build.mjs',
]
const isSource = (name) =>
  /\.(tsx?|mjs|css|svg|json|woff2?|png|ico|txt)$/.test(name) && !/\.test\.tsx?$|\.fixtures\.tsx?$/.test(name)

function hashOfSources() {
  const hash = createHash('sha256')
  const listed = folders.flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true })
      .filter(isSource)
      .map((name) => `${folder}/${name}`),
  )
  for (const path of [...files, ...listed].sort())
    hash
      .update(`${path}\0`)
      .update(readFileSync(`${root}/${path}`))
      .update('\0')
  return hash.digest('hex')
}

export const isBuilt = (sources = hashOfSources()) =>
  stamps.every((stamp) => existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) &&
  existsSync(`${pages}/BUILD_ID`)

export async function build() {
  // Taken first: what is edited meanwhile makes the build outdated.
  const sources = hashOfSources()
  for (const stamp of stamps) rmSync(stamp, { force: true })
  await bundlePrograms()
  // Next believes whatever NODE_ENV is inherited, and builds for development then.
  const { NODE_ENV: _, ...env } = process.env
  await run(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    ...env,
    NEXT_TELEMETRY_DISABLED: '1',
  })
  for (const stamp of stamps) writeFileSync(stamp, sources)
}

async function bundlePrograms() {
  const { build: bundle } = await import('esbuild')
  const options = {
    absWorkingDir: root,
    outdir: 'dist',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  }
  const programs = { main: 'backend/main.ts', hubs: 'backend/edge/cli/main.ts' }
  const told = await Promise.all([
    // Errors are logged with places in the sources.
    bundle({
      ...options,
      entryPoints: programs,
      packages: 'external',
      sourcemap: true,
      sourcesContent: false,
    }),
    // Whole, packages and all: it may read no other file.
    bundle({ ...options, entryPoints: { sandbox: 'widgets/sandbox/child.ts' } }),
  ]).catch(() => undefined)
  // It has told its errors itself.
  if (!told) process.exit(1)
}

if (process.argv[1] === import.meta.filename && !(process.argv.includes('--if-needed') && isBuilt()))
  await build()
