import type { Logger } from 'pino'
import { basePathOf } from './base/base-path.ts'
import { consoleTo } from './base/console.ts'
import { boundHeapGrowth } from './base/heap-growth.ts'
import { openLog } from './base/log.ts'
import { buildId } from './build-id.ts'
import { productFolder } from './db/product-folder.ts'
import { type Env, parseEnv } from './env.ts'
import { openProduct, type Product } from './product.ts'

/** Milliseconds in which everything must have ended after the drain. */
const END_WITHIN = 20_000

const development = process.argv.includes('--dev')

function readEnv(): Env {
  try {
    return parseEnv(process.env)
  } catch (error) {
    process.stderr.write(`Hubs cannot start:\n${(error as Error).message}\n`)
    process.exit(2)
  }
}

/** Next logs what nobody caught and lives on; a process in an unknown state must end instead. */
function dieOfBugs(log: Logger): void {
  for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(kind, (error) => {
      log.fatal({ err: error }, kind)
      process.exit(1)
    })
  }
}

/** @throws Error when the pages were not built for the path at which they are to stand. */
async function buildOf({ HUBS_ORIGIN, HUBS_ROLES }: Env): Promise<string> {
  const basePath = HUBS_ORIGIN === undefined ? '' : basePathOf(HUBS_ORIGIN)
  const id = await buildId(productFolder(), development, basePath)
  if (id === undefined && basePath !== '' && HUBS_ROLES.includes('web')) {
    throw new Error(
      `The pages were not built for ${basePath}: run npm run build with the same HUBS_ORIGIN, or build the image with it.`,
    )
  }
  return id ?? 'unbuilt'
}

async function main(): Promise<void> {
  // What is made, here and by what is started from here, is for this user alone.
  process.umask(0o077)
  boundHeapGrowth()
  const env = readEnv()
  const log = openLog(env.HUBS_LOG_LEVEL)
  dieOfBugs(log)
  consoleTo(log)
  const stop = new AbortController()
  let product: Product | undefined
  let ending = false

  async function end(signal: string): Promise<void> {
    // A second Ctrl-C means now.
    if (ending) process.exit(1)
    ending = true
    log.info(`${signal}: ending`)
    // Who presses Ctrl-C waits for it, and nothing that asks who is ready stands before it.
    await product?.drain(signal === 'SIGTERM')
    stop.abort()
    setTimeout(() => {
      log.error('Not everything ended in time; what was begun goes on elsewhere')
      process.exit(1)
    }, END_WITHIN).unref()
    await product?.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal))

  try {
    product = await openProduct({
      env,
      log,
      development,
      dir: productFolder(),
      build: await buildOf(env),
      stop,
      onFatal(error) {
        log.fatal({ err: error }, 'this process must not go on')
        process.exit(1)
      },
    })
  } catch (error) {
    if (ending) return
    log.debug({ err: error }, 'start')
    process.stderr.write(`Hubs cannot start: ${(error as Error).message}\n`)
    process.exit(1)
  }
  announce(product, log)
}

/** Once, and never in the log: the token makes its bearer the admin. */
function announce({ url, firstApiToken }: Product, log: Logger): void {
  log.info(`Hubs is ready at ${url}`)
  if (firstApiToken === undefined) return
  const text = `\n  This is the first start. Keep this token, it is shown only now and allows everything:\n\n    ${firstApiToken.token}\n\n`
  const told = () =>
    firstApiToken.told().catch((err) => log.warn({ err }, 'the next start will show another token'))
  // What the log holds of lines before is written first.
  log.flush(() => process.stdout.write(text, told))
}

void main()
