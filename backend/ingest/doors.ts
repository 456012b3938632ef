import { sources } from '#sources/registry.ts'
import { patternCovers, type Segments } from './topic.ts'

/** A way in that proves by itself who speaks: topics and sources that are its own, or anybody's event could pass for one of its. */
export interface Door {
  readonly topics: Segments
  owns(source: string): boolean
}

/** What comes over the bus without a name is given one of this source, by its place. */
const bus: Door = { topics: ['>'], owns: (source) => source === 'bus' }

const doors: readonly Door[] = sources.map(({ topics, owns }) => ({ topics: topics.split('.'), owns }))

/** The door a topic belongs to. */
export const doorOfTopic = (topic: Segments): Door | undefined =>
  doors.find((door) => patternCovers(door.topics, topic))

/** The door a source belongs to. */
export const doorOfSource = (source: string): Door | undefined =>
  [bus, ...doors].find((door) => door.owns(source))
