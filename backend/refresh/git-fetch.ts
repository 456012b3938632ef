import { lookup as systemLookup } from 'node:dns/promises'
import { readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { LoadFailure } from '#widgets/define.ts'
import { type GitResult, runGit } from './git-run.ts'

/** The addresses of a host name, in the order in which to try them. */
export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>

/**
 * Fetches the newest `depth` commits of `ref` from an https address into `folder`, a fresh one, as `FETCH_HEAD`:
 * commits alone where the server can leave out the rest. It connects to addresses that `permits` allows and to no other
 * host, whatever the server or the name's owner say. False when the repository has no commits.
 * @throws LoadFailure
 */
export async function gitFetch(
  { url, ref, depth }: { readonly url: URL; readonly ref: string; readonly depth: number },
  {
    folder,
    permits,
    lookup = (host) => systemLookup(host, { all: true }),
    caFile,
    signal,
  }: {
    readonly folder: string
    permits(address: string): boolean
    readonly lookup?: Lookup | undefined
    /** PEM file of further authorities to trust. */
    readonly caFile?: string | undefined
    readonly signal: AbortSignal
  },
): Promise<boolean> {
  const pinned = await whileWanted(signal, () => permittedAddresses(url, permits, lookup))
  const authorities = caFile === undefined ? [] : ['-c', await trust(caFile, folder)]
  const running = { home: folder, signal }
  const version = await runGit(['version'], running)
  if (!canPin(version.stdout)) {
    throw new LoadFailure(
      'unavailable',
      'Install git 2.37 or newer on the machine that runs the daemon to read repositories on the web.',
    )
  }
  const made = await runGit(['init', '--quiet', '--bare', '--template=', '--', folder], running)
  if (made.code !== 0) throw new Error(`git init: ${made.stderr}`)
  const fetched = await runGit(
    [
      `--git-dir=${folder}`,
      ...pinned.flatMap((entry) => ['-c', `http.curloptResolve=${entry}`]),
      ...authorities,
      // One file whose size has a limit instead of many small ones.
      ...['-c', 'fetch.unpackLimit=1'],
      ...['fetch', '--quiet', `--depth=${depth}`, '--filter=tree:0', '--no-tags', '--no-recurse-submodules'],
      ...['--', url.href, ref],
    ],
    { ...running, protocol: 'https' },
  )
  if (fetched.code === 0) return true
  // A repository without commits has a HEAD that leads nowhere, which it does not show.
  if (ref === 'HEAD' && noSuchRef.test(fetched.stderr)) return false
  throw explained(fetched, url, ref)
}

/** Older ones ignore `http.curloptResolve` and would look the name up once more, for another answer maybe. */
export function canPin(version: string): boolean {
  const [, major = 0, minor = 0] = /^git version (\d+)\.(\d+)/.exec(version)?.map(Number) ?? []
  return major > 2 || (major === 2 && minor >= 37)
}

/** Looking up a name cannot be called off, but it need not be waited for. */
async function whileWanted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let end = () => {}
  const unwanted = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason)
  })
  signal.addEventListener('abort', end)
  try {
    return await Promise.race([unwanted, work()])
  } finally {
    signal.removeEventListener('abort', end)
  }
}

async function permittedAddresses(
  url: URL,
  permits: (address: string) => boolean,
  lookup: Lookup,
): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const literal = isIP(host) !== 0
  const found = literal
    ? [{ address: host }]
    : await lookup(host).catch((cause: unknown) => {
        throw new LoadFailure('upstream', `There is no host ${host}, or its name cannot be resolved.`, {
          cause,
        })
      })
  const usable = found.map(({ address }) => address).filter(permits)
  if (usable.length === 0) {
    throw new LoadFailure(
      'refused',
      `${host} is not on the public internet, so it is not fetched from. An admin can allow its address range in HUBS_FETCH_ALLOW.`,
    )
  }
  if (literal) return []
  const addresses = usable.map((address) => (isIP(address) === 6 ? `[${address}]` : address))
  return [`${host}:${url.port === '' ? 443 : url.port}:${addresses.join(',')}`]
}

/** Git replaces its authorities by those of a file, so ours come with all that Node trusts. */
async function trust(caFile: string, folder: string): Promise<string> {
  const bundle = join(folder, 'authorities.pem')
  await writeFile(bundle, [...rootCertificates, await readFile(caFile, 'utf8')].join('\n'))
  return `http.sslCAInfo=${bundle}`
}

const noSuchRef = /couldn't find remote ref/

/** Git's own words (in the C locale) put into ours; what is not known stays in the log as the cause. */
export function explained({ stderr }: GitResult, url: URL, ref: string): LoadFailure {
  const [, sentence] = reasons(url, ref).find(([words]) => words.test(stderr)) ?? []
  // What stands after the path may be a password.
  const told = url.search === '' ? stderr : stderr.replaceAll(url.search, '?…')
  const cause = new Error(told.slice(0, 2000))
  return new LoadFailure('upstream', sentence ?? `git cannot read ${url.host}${url.pathname}.`, { cause })
}

function reasons(url: URL, ref: string): readonly (readonly [RegExp, string])[] {
  const repository = `${url.host}${url.pathname}`
  return [
    [noSuchRef, `${repository} has no branch or tag ${ref}.`],
    [
      /could not read (Username|Password)|Authentication failed|error: 40[134]|repository '\S*' not found/,
      `${url.host} shows no repository ${url.pathname} to the public: it does not exist or is private.`,
    ],
    [/error: 30\d|redirect/, `${repository} has moved; give its new address.`],
    [/error: 429/, `${url.host} asks for fewer requests.`],
    [/SSL|certificate/i, `The certificate of ${url.host} is not trusted.`],
    [/Failed to connect|Connection (refused|timed out)|Could not resolve/, `${url.host} cannot be reached.`],
    [/not valid: is this a git repository/, `There is no git repository at ${repository}.`],
  ]
}
