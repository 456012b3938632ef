import { installPeers } from '../scripts/dependencies.mjs'
import { BROADCAST_DATA } from './broadcast-frame.ts'
import type { Broadcaster, OpenBroadcaster } from './broadcaster.ts'
import { openNchan } from './nchan.ts'
import { buildNext } from './peer-next.ts'
import { startProgram } from './program.ts'
import { openWatchedHub } from './watched-hub.ts'

export const HUBS = 'Hubs'
export const NCHAN = 'nchan'
export const PLAIN = 'plain `response.write`'
/** The least that Node can do. */
export const BARE = 'a bare `socket.write`'

/** What a program that broadcasts can be asked. */
type BroadcastVerbs = Readonly<{
  /** Gives the URL of its streams. */
  listen(): Promise<string>
  broadcast(data: string): Promise<void>
}>

/** The built product, whose broadcast is an event on the bus that makes the one widget of a hub be loaded. */
const openHubs: OpenBroadcaster = async () => {
  const hub = await openWatchedHub()
  return {
    streamUrl: hub.streamUrl,
    pid: hub.product.pid,
    broadcast: hub.change,
    usage: hub.product.usage,
    lag: hub.product.lag,
    profile: hub.product.profile,
    stop: hub.stop,
  }
}

/** All that can do it, ours first, by what the table calls them. */
export const broadcasters: Readonly<Record<string, OpenBroadcaster>> = {
  [HUBS]: openHubs,
  [NCHAN]: openNchan,
  [BARE]: () => openProgram('bare-broadcast', false),
  [PLAIN]: () => openProgram('plain-broadcast', false),
  'better-sse': async () => {
    await installPeers()
    return openProgram('better-sse', true)
  },
  'a Next route handler': async () => {
    await buildNext()
    return openProgram('next', true)
  },
}

async function openProgram(name: string, peer: boolean): Promise<Broadcaster> {
  const program = await startProgram<BroadcastVerbs>(name, { peer })
  return {
    streamUrl: await program.ask('listen'),
    pid: program.pid,
    broadcast: () => program.ask('broadcast', BROADCAST_DATA),
    usage: program.usage,
    stop: program.stop,
  }
}
