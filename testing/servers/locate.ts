import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program the tests need, and every way to come by it. */
export interface Wanted {
  /** Names it goes by on the PATH. */
  readonly names: readonly string[]
  /** Debian's package. */
  readonly package: string
  /** A file it is of no use without. */
  readonly needs?: string
  /** Folders to look into besides the PATH. */
  readonly folders?: () => readonly string[]
  /** Names a server (or a program) that is there already. */
  readonly variable: string
  /** Docker's image, for programs that are servers. */
  readonly image?: string
}

export type Located =
  | { readonly kind: 'given'; readonly value: string }
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'docker'; readonly image: string }

/** A module for nginx that fans out to event streams, in C; the benchmarks' measure. */
export const nchanModule = '/usr/lib/nginx/modules/ngx_nchan_module.so'

const postgresRoot = '/usr/lib/postgresql'

/** Debian keeps Postgres off the PATH, one folder a version; the newest first. */
function postgresFolders(): string[] {
  try {
    const versions = readdirSync(postgresRoot).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(postgresRoot, version, 'bin'))
  } catch {
    return []
  }
}

export const wanted = {
  redis: { names: ['redis-server'], package: 'redis-server', variable: 'TEST_REDIS_URL', image: 'redis:7' },
  nats: { names: ['nats-server'], package: 'nats-server', variable: 'TEST_NATS_URL', image: 'nats:2.10' },
  postgres: {
    names: ['postgres'],
    package: 'postgresql',
    folders: postgresFolders,
    variable: 'TEST_POSTGRES_URL',
    image: 'postgres:15',
  },
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    package: 'chromium',
    variable: 'TEST_CHROMIUM_PATH',
  },
  nginx: { names: ['nginx'], package: 'nginx', variable: 'TEST_NGINX_PATH', image: 'nginx:1.28' },
  nchan: {
    names: ['nginx'],
    package: 'libnginx-mod-nchan',
    needs: nchanModule,
    variable: 'TEST_NCHAN_NGINX_PATH',
  },
} satisfies Record<string, Wanted>

/** By the variable, else a program of this machine, else Debian's package, else Docker; else throws one line that says what to do. */
export function locate(want: Wanted): Located {
  const value = process.env[want.variable]
  if (value) return { kind: 'given', value }
  const path = programOf(want)
  if (path) return { kind: 'program', path }
  if (want.image && dockerAnswers()) return { kind: 'docker', image: want.image }
  const docker = want.image ? ', start Docker' : ''
  throw new Error(
    `The tests need ${want.names[0]}: install it (Debian: apt-get install ${want.package})${docker}, or set ${want.variable}.`,
  )
}

/** A program of this machine, or Debian's package; nothing where there is neither. */
export function programOf(want: Wanted): string | undefined {
  return find(want) ?? (install(want.package) ? find(want) : undefined)
}

function find(want: Wanted): string | undefined {
  if (want.needs && !existsSync(want.needs)) return undefined
  // Debian keeps some servers in sbin, which the PATH of plain users lacks.
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    ...(want.folders?.() ?? []),
  ]
  return folders.flatMap((folder) => want.names.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether the package went in. Services it brings are kept from starting, for the tests run their own. */
function install(name: string): boolean {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get')) return false
  console.error(`Installing ${name} with apt-get`)
  try {
    execFileSync('sh', ['-c', quietInstall, 'sh', name], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    return true
  } catch {
    return false
  }
}

// invoke-rc.d asks policy-rc.d before it starts anything; 101 means no.
const quietInstall = `
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy
    trap 'rm -f $policy' EXIT
  fi
  get() { apt-get -o DPkg::Lock::Timeout=120 -qq --no-install-recommends -y "$@"; }
  get install "$1" 2>/dev/null || { get update && get install "$1"; }
`

function dockerAnswers(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 })
    return true
  } catch {
    return false
  }
}
