import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { declaredSecrets, doors } from '#sources/registry.ts'
import type { Secrets } from '#widgets/define.ts'
import { localUrl } from './base/local-url.ts'
import { canSign, isPair } from './bus/nats-access.ts'
import {
  bearerText,
  count,
  decodes,
  list,
  namesDatabase,
  number,
  origin,
  pem,
  proxies,
  ranges,
  secret,
  undecodable,
  whole,
} from './env-values.ts'

export const roles = ['web', 'stream', 'daemon'] as const
export type Role = (typeof roles)[number]

const variables = z.object({
  PORT: whole(0, 65535, 'must be a number from 0 to 65535').default(3000),
  HOST: z
    .string()
    .refine((host) => /^[\w.:[\]-]+$/.test(host) && URL.canParse(localUrl(host, 0)), {
      error: 'must be an address or a name to listen on, such as 127.0.0.1, ::1 or localhost',
    })
    .transform((host) => host.replace(/^\[(.*)\]$/, '$1'))
    .default('127.0.0.1'),
  HUBS_ORIGIN: origin.optional(),
  HUBS_DATA: z.string().min(1).default('.hubs'),
  HUBS_ROLES: list
    .refine((names) => names.every((name) => (roles as readonly string[]).includes(name)), {
      error: `must be some of ${roles.join(', ')}, separated by commas`,
    })
    .transform((names) => (names.length === 0 ? [...roles] : [...new Set(names as Role[])])),
  HUBS_SECRET: z.string().min(32, { error: 'must have at least 32 characters' }).optional(),
  HUBS_ADMIN_TOKEN: bearerText(16).optional(),
  HUBS_FETCH_ALLOW: z.string().default('').pipe(ranges),
  HUBS_GIT_ROOTS: list,
  HUBS_HOSTS: list.refine((names) => names.every((name) => /^(\*|(\*\.)?[\w-]+(\.[\w-]+)*)$/.test(name)), {
    error: 'must be host names such as hubs.example.org, without a port, separated by commas',
  }),
  HUBS_PROXIES: proxies,
  HUBS_STREAMS: count(1).default(20_000),
  HUBS_STREAMS_PER_CLIENT: count(1).default(5_000),
  HUBS_PUBLISH_RATE: count(50).default(1_000),
  HUBS_EVENT_DAYS: number(1, 3650, 'must be a number of days from 1 to 3650').default(30),
  HUBS_EVENT_BYTES: count(16 * 1024 * 1024).default(4 * 1024 ** 3),
  HUBS_BUS_BYTES: count(16 * 1024 * 1024).default(2 * 1024 ** 3),
  HUBS_EVENT_ROWS: count(1000).default(1_000_000),
  HUBS_CHANGE_DAYS: number(1, 36_500, 'must be a number of days from 1 to 36500').default(365),
  HUBS_REVISION_BYTES: count(1024 * 1024).default(16 * 1024 * 1024),
  HUBS_METRICS_TOKEN: bearerText(1).optional(),
  HUBS_DRAIN_SECONDS: number(0, 600, 'must be a number of seconds from 0 to 600').default(5),
  HUBS_SECURITY_CONTACT: z
    .url({
      protocol: /^(mailto|https|tel)$/,
      error: 'must be an address such as mailto:security@example.org',
    })
    .optional(),
  HUBS_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
    .refine(decodes, { error: undecodable })
    .optional(),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a redis:// URL' })
    .refine(namesDatabase, {
      error: 'must end with the number of a database, such as redis://127.0.0.1:6379/1, or none',
    })
    .refine(decodes, { error: undecodable })
    .optional(),
  NATS_URL: z
    .string()
    .regex(/^(nats|tls):\/\/[^\s]+$/, { error: 'must be a nats:// URL' })
    .refine(decodes, { error: undecodable })
    .optional(),
  NATS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,40}$/, { error: 'must be 1 to 40 letters, digits and dashes' })
    .optional(),
  NATS_CREDS: z
    .string()
    .refine((creds) => canSign({ creds }), {
      error: 'must be the content of a credentials file: name it by NATS_CREDS_FILE',
    })
    .optional(),
  NATS_NKEY: z
    .string()
    .refine((nkey) => nkey.startsWith('SU') && canSign({ nkey }), {
      error: 'must be the seed of a user nkey, SU…',
    })
    .optional(),
  NATS_CA: pem,
  NATS_CERT: pem,
  NATS_KEY: pem,
})

const consistent = variables.superRefine((env, context) => {
  const refuse = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message })
  if (env.DATABASE_URL && !env.HUBS_SECRET) {
    refuse(
      'HUBS_SECRET',
      'is required with DATABASE_URL, the same in every process: 32 random characters or more',
    )
  }
  if (env.NATS_CREDS && env.NATS_NKEY) refuse('NATS_NKEY', 'and NATS_CREDS are both set: keep one')
  if (!env.NATS_CERT !== !env.NATS_KEY) refuse('NATS_CERT', 'and NATS_KEY are set together')
  else if (!isPair({ cert: env.NATS_CERT, key: env.NATS_KEY }))
    refuse('NATS_KEY', 'is not the key of NATS_CERT, or one of them cannot be read')
  if (env.HUBS_ROLES.length < roles.length) {
    for (const name of ['DATABASE_URL', 'REDIS_URL', 'NATS_URL'] as const) {
      if (!env[name]) refuse(name, `is required when HUBS_ROLES names fewer than all of ${roles.join(', ')}`)
    }
  }
})

const ofSources = z.object(
  Object.fromEntries([
    ...[...declaredSecrets].map(([name, { schema }]) => [name, schema.optional()] as const),
    ...[...doors.values()].map((door) => [door.secret, secret] as const),
  ]),
)

export interface Env extends z.output<typeof consistent> {
  /** Those that are set of what sources declare, by name. */
  readonly secrets: Secrets
  /** What deliveries at the doors of sources are signed with where that is set, by the name of the source. */
  readonly doorSecrets: Secrets
}

const fromFile = [
  'HUBS_SECRET',
  'HUBS_ADMIN_TOKEN',
  'HUBS_METRICS_TOKEN',
  'DATABASE_URL',
  'REDIS_URL',
  'NATS_URL',
  'NATS_CREDS',
  'NATS_NKEY',
  'NATS_CA',
  'NATS_CERT',
  'NATS_KEY',
  ...[...doors.values()].map(({ secret }) => secret),
  ...[...declaredSecrets].flatMap(([name, { file }]) => (file ? [name] : [])),
]

/** All that is wrong with the environment, a line each. */
export class EnvError extends Error {
  readonly code = 'env'
}

/** Reads the configuration once. A secret may stand in the file that `NAME_FILE` names. @throws EnvError */
export function parseEnv(given: Readonly<Record<string, string | undefined>>): Env {
  const mistakes: string[] = []
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && value !== '') values[name] = value
  for (const name of fromFile) {
    const path = values[`${name}_FILE`]
    if (path === undefined) continue
    if (values[name] !== undefined) mistakes.push(`${name} and ${name}_FILE are both set: keep one.`)
    try {
      values[name] = readFileSync(path, 'utf8').trim()
    } catch (error) {
      mistakes.push(`${name}_FILE cannot be read: ${(error as Error).message}`)
    }
  }
  const parsed = consistent.safeParse(values)
  const told = ofSources.safeParse(values)
  for (const issue of [...(parsed.error?.issues ?? []), ...(told.error?.issues ?? [])])
    mistakes.push(`${issue.path.join('.')} ${issue.message}`)
  if (!parsed.success || !told.success || mistakes.length > 0) throw new EnvError(mistakes.join('\n'))
  return {
    ...parsed.data,
    secrets: setAmong([...declaredSecrets.keys()].map((name) => [name, told.data[name]])),
    doorSecrets: setAmong([...doors].map(([source, door]) => [source, told.data[door.secret]])),
  }
}

function setAmong(values: readonly (readonly [name: string, value: string | undefined])[]): Secrets {
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Secrets
}
