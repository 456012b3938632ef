import { designteam } from './seed/designteam.ts'
import { welcome } from './seed/welcome.ts'

/** The hubs a new installation begins with; they show nothing from outside the machine. `origin` is its own address. */
export const demoHubs = (origin: string) => [welcome(origin), designteam]
