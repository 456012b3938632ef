import { parseArgs } from 'node:util'
import { localUrl } from '../../base/local-url.ts'
import { type Env, EnvError, parseEnv } from '../../env.ts'
import { readSecret, webhookSecret } from '../../secret.ts'
import { createApiToken, listApiTokens, revokeApiToken } from './api-token.ts'
import { apply } from './apply.ts'
import { deadLetters } from './dead-letters.ts'
import { listHubs } from './hubs.ts'
import { complain, print } from './print.ts'
import { openTerminal, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

const usage = `Usage: npm run hubs -- COMMAND

  token create NAME --scope SCOPE   make an API token and print it; scopes: publish, publish:PATTERN,
                                    hubs:write, read, administer (--scope may be given several times)
  token list                        all tokens, without their secret part
  token revoke ID                   no process accepts it 5 seconds later
  apply PATH …                      create or replace hubs by documents { "slug": …, "title": …, "widgets": […] }
                                    in JSON or YAML, from files or folders
    --prune NAME                    also delete hubs that an earlier apply --prune NAME wrote and that have no file
                                    any more; NAME says what these files are, such as their repository
    --dry-run                       say what would be done, and do nothing
  hubs list                         all hubs
  dead list                         messages that were put aside, of a running Hubs; it takes a token with
                                    the scope administer in HUBS_TOKEN or HUBS_ADMIN_TOKEN
  dead show ID                      one of them, with its body
  dead replay ID                    put it on the bus once more
  dead drop ID                      forget it
    --url URL                       where it runs
  replay github                     send a day of GitHub webhook deliveries to a running Hubs
    --rate N                        deliveries a second (5)
    --url URL                       where it runs (HUBS_ORIGIN, else this machine at PORT)

With an embedded database a running Hubs is asked to do it; otherwise the database of DATABASE_URL or HUBS_DATA is opened.`

type Options = ReturnType<typeof parse>['values']

/** Says whether all was done. */
type Run = (terminal: Terminal, args: string[], options: Options) => Promise<unknown>

const runs: Readonly<Record<string, Run>> = {
  'token create': (terminal, args, { scope }) => createApiToken(terminal, args, scope ?? []),
  'token list': listApiTokens,
  'token revoke': revokeApiToken,
  'hubs list': listHubs,
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      scope: { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
      prune: { type: 'string' },
      rate: { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
}

function parseCommandLine(args: string[]) {
  try {
    return parse(args)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function main(args: string[]): Promise<boolean> {
  const { values, positionals } = parseCommandLine(args)
  if (values.help) {
    print(usage)
    return true
  }
  const [noun, verb, ...rest] = positionals
  if (noun === 'dead') return askDeadLetters(positionals.slice(1), values)
  if (noun === 'replay' && verb === 'github' && rest.length === 0) return replay(values)
  const runOne = runs[`${noun} ${verb}`]
  if (noun !== 'apply' && !runOne) {
    throw new UsageError(
      noun === undefined ? 'No command is given.' : `There is no command “${positionals.join(' ')}”.`,
    )
  }
  const terminal = await openTerminal(parseEnv(process.env))
  try {
    const { prune, 'dry-run': dryRun = false } = values
    if (!runOne) return await apply(terminal, positionals.slice(1), { dryRun, prune })
    await runOne(terminal, rest, values)
    return true
  } finally {
    await terminal.close()
  }
}

async function askDeadLetters(words: readonly string[], { url }: Options): Promise<boolean> {
  const env = parseEnv(process.env)
  const token = process.env.HUBS_TOKEN ?? env.HUBS_ADMIN_TOKEN
  if (!token) throw new UsageError('dead takes a token with the scope administer, in HUBS_TOKEN.')
  await deadLetters({ url: url ?? addressOf(env), token }, words)
  return true
}

const addressOf = ({ HUBS_ORIGIN, HOST, PORT }: Env): string => HUBS_ORIGIN ?? localUrl(HOST, PORT)

async function replay({ url, rate = '5' }: Options): Promise<boolean> {
  const env = parseEnv(process.env)
  const perSecond = /^\d+(\.\d+)?$/.test(rate) ? Number(rate) : 0
  if (!(perSecond > 0 && perSecond <= 1000))
    throw new UsageError('--rate takes a number of deliveries a second, up to 1000.')
  const own = await readSecret(env.HUBS_SECRET, env.HUBS_DATA)
  const { github } = env.doorSecrets
  if (own === undefined && github === undefined) {
    throw new Error(
      `There is no secret in ${env.HUBS_DATA} to sign deliveries with. Start Hubs first, in this folder, or set GITHUB_WEBHOOK_SECRET as it has it.`,
    )
  }
  // Loaded when asked for, as its payloads are no dependency of the running product.
  const { replayGithub } = await import('./replay.ts')
  await replayGithub({
    url: url ?? addressOf(env),
    secret: webhookSecret('github', github, own ?? ''),
    rate: perSecond,
  })
  return true
}

/** 0: done. 1: something was refused or failed. 2: the command line or the environment is wrong. */
function exitCode(error: unknown): number {
  complain(error instanceof Error ? error.message : String(error))
  if (error instanceof UsageError) complain(`\n${usage}`)
  return error instanceof UsageError || error instanceof EnvError ? 2 : 1
}

// What is made in the data folder is for this user alone.
process.umask(0o077)
process.exitCode = await main(process.argv.slice(2)).then((whole) => (whole ? 0 : 1), exitCode)
