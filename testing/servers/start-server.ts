import { startContainer } from './container.ts'
import { openLink } from './link.ts'
import { locate } from './locate.ts'
import { startProcess } from './process.ts'
import type { Server, ServerKind } from './server.ts'

/** By its program, in a container, or the one that its variable names, emptied. */
export async function startServer(kind: ServerKind): Promise<Server> {
  const source = locate(kind.wanted)
  if (source.kind === 'program') return startProcess(kind, source.path)
  if (source.kind === 'docker') return startContainer(kind, source.image)
  await kind.wipe?.(source.value)
  return openLink(kind, source.value)
}
