import { sources } from '#sources/registry.ts'
import { patternCovers, type Segments } from './topic.ts'

/**
 * Who alone publishes to some topics and in the name of some sources of events: others need a token that names those
 * topics, or anybody's event could pass for one of its.
 */
export interface TopicOwner {
  readonly topics: Segments
  ownsEventSource(source: string): boolean
}

/** Messages put on NATS without CloudEvents attributes get `source: 'bus'`; nobody else may use it. */
const bus: TopicOwner = { topics: ['>'], ownsEventSource: (source) => source === 'bus' }

const owners: readonly TopicOwner[] = sources.map(({ topics, ownsEventSource }) => ({
  topics: topics.split('.'),
  ownsEventSource,
}))

/** The source whose topic it is. */
export const ownerOfTopic = (topic: Segments): TopicOwner | undefined =>
  owners.find((owner) => patternCovers(owner.topics, topic))

/** Who owns the `source` of an event. */
export const ownerOfSource = (source: string): TopicOwner | undefined =>
  [bus, ...owners].find((owner) => owner.ownsEventSource(source))
