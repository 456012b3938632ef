import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { destination, pino } from 'pino'
import { widgetType } from '#widgets/registry.ts'
import { askControl, type Control } from '../../db/control-socket.ts'
import { controlPath, type DataFolder, DataFolderTaken, holdDataFolder } from '../../db/data-folder.ts'
import { openDatabase } from '../../db/open-database.ts'
import { refuseOthers } from '../../db/private-folder.ts'
import type { Env } from '../../env.ts'
import { appliedSets } from '../../hubs/applied-sets.ts'
import { type Command, commands, type Results } from '../../hubs/commands.ts'
import { hubsRoom } from '../../hubs/hubs.ts'
import { openApiTokens } from '../../hubs/tokens.ts'

/** Where commands are carried out: in the running Hubs that holds the data folder, else in this process. */
export interface Terminal {
  ask<Asked extends Command>(command: Asked): Promise<Results[Asked['do']]>
  close(): Promise<void>
}

type DatabaseEnv = Pick<Env, 'DATABASE_URL' | 'HUBS_DATA'>

/** Milliseconds to wait for a Postgres that is away, or a Hubs that is just starting. */
const PATIENCE = 15_000

export async function openTerminal(env: DatabaseEnv): Promise<Terminal> {
  if (env.DATABASE_URL) return ownDatabase(env, undefined)
  // Who may write there could listen in place of Hubs.
  await refuseOthers(resolve(env.HUBS_DATA))
  const path = controlPath(env.HUBS_DATA)
  for (const started = performance.now(); ; ) {
    if (await askControl(path, { do: 'hubs list' })) {
      return {
        async ask(command) {
          const answer = await askControl(path, command)
          if (!answer) throw new Error('The running Hubs ended before it answered. Repeat the command.')
          return answer.result as never
        },
        close: async () => {},
      }
    }
    try {
      return await ownDatabase(env, await holdDataFolder(env.HUBS_DATA))
    } catch (error) {
      if (!(error instanceof DataFolderTaken) || performance.now() - started > PATIENCE) throw error
      await wait(200)
    }
  }
}

async function ownDatabase(
  { DATABASE_URL, HUBS_DATA }: DatabaseEnv,
  folder: DataFolder | undefined,
): Promise<Terminal> {
  const database = await openDatabase({
    url: DATABASE_URL,
    dataDir: HUBS_DATA,
    log: pino({ level: 'warn' }, destination(2)),
    signal: AbortSignal.timeout(PATIENCE),
  })
  await database.migrate()
  const { db } = database
  const control: Control = commands({
    hubs: hubsRoom({ db, typeOf: widgetType }),
    tokens: openApiTokens({ db }),
    applied: appliedSets(db),
  })
  return {
    // `commands` answers each command as `Results` says.
    ask: async (command) => (await control(command)) as never,
    async close() {
      await database.close()
      await folder?.release()
    },
  }
}
