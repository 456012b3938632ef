import type { Interest } from '#widgets/define.ts'
import type { HubEvent } from '../ingest/event.ts'
import { parsePattern, type Segments } from '../ingest/topic.ts'
import { type Bucket, emptyBucket, isEmpty, type Posting, put, take, visit, visitAll } from './bucket.ts'
import { type FilteredMap, filteredMap, get, remove as removeFrom, set } from './filtered-map.ts'

/** Which instances an event concerns. Cost follows the matches, not the instances. */
export interface MatchingIndex<Payload> {
  readonly size: number
  /**
   * Adds an instance, or replaces the one of that id.
   * @throws RangeError when a topic is no pattern; nothing is changed then.
   */
  add(id: string, interests: readonly Interest[], payload: Payload): void
  /** Whether it was there. */
  remove(id: string): boolean
  /** The payload of each instance with an interest in the event, once. `event` is called only if criteria need it. */
  match(topic: string, event: () => HubEvent): readonly Payload[]
  /** The payload of each instance with an interest in the topic, once, whatever its criteria. */
  concerned(topic: string): readonly Payload[]
  /** The payload of each instance that has an interest at all. */
  interested(): Iterable<Payload>
}

interface Node<Payload> {
  literals: FilteredMap<Node<Payload>> | undefined
  star: Node<Payload> | undefined
  /** Interests whose pattern ends here. */
  here: Bucket<Owner<Payload>> | undefined
  /** Interests whose pattern ends in `>` after here. */
  below: Bucket<Owner<Payload>> | undefined
}

interface Owner<Payload> {
  readonly payload: Payload
  /** Of its interests, in order. */
  readonly topics: readonly string[]
  postings: readonly Posting<Owner<Payload>>[]
  /** The last event it was found for, so that no event finds it twice. */
  seen: number
}

const none: readonly never[] = []

/** A trie over the tokens of topic patterns, as in NATS's sublist; each pattern has one bucket. */
export function matchingIndex<Payload>(): MatchingIndex<Payload> {
  const root = emptyNode<Payload>()
  const instances = new Map<string, Owner<Payload>>()
  let turn = 0

  function remove(id: string): boolean {
    const owner = instances.get(id)
    if (!owner) return false
    for (const [index, posting] of owner.postings.entries()) {
      removePosting(root, owner.topics[index]?.split('.') ?? [], 0, posting)
    }
    return instances.delete(id)
  }

  return {
    get size() {
      return instances.size
    },

    add(id, interests, payload) {
      const patterns = interests.map(({ topic }) => checkedPattern(topic))
      remove(id)
      const owner: Owner<Payload> = {
        payload,
        topics: interests.map(({ topic }) => topic),
        postings: none,
        seen: 0,
      }
      owner.postings = patterns.map((pattern, index) =>
        put(bucketFor(root, pattern), owner, Object.entries(interests[index]?.where ?? {})),
      )
      instances.set(id, owner)
    },

    remove,

    match(topic, event) {
      turn += 1
      let matched: Payload[] | undefined
      const found = (owner: Owner<Payload>) => {
        if (owner.seen === turn) return
        owner.seen = turn
        if (matched) matched.push(owner.payload)
        else matched = [owner.payload]
      }
      walk(root, topic.split('.'), 0, (bucket) => visit(bucket, event, found))
      return matched ?? none
    },

    concerned(topic) {
      const owners = new Set<Owner<Payload>>()
      const found = (owner: Owner<Payload>) => owners.add(owner)
      walk(root, topic.split('.'), 0, (bucket) => visitAll(bucket, found))
      return [...owners].map(({ payload }) => payload)
    },

    *interested() {
      for (const { payload, topics } of instances.values()) if (topics.length > 0) yield payload
    },
  }
}

function walk<Payload>(
  node: Node<Payload>,
  topic: Segments,
  depth: number,
  meet: (bucket: Bucket<Owner<Payload>>) => void,
): void {
  const token = topic[depth]
  if (token === undefined) {
    if (node.here) meet(node.here)
    return
  }
  if (node.below) meet(node.below)
  const literal = node.literals && get(node.literals, token)
  if (literal) walk(literal, topic, depth + 1, meet)
  if (node.star) walk(node.star, topic, depth + 1, meet)
}

function checkedPattern(topic: string): Segments {
  const pattern = parsePattern(topic)
  if (typeof pattern === 'string') {
    throw new RangeError(`${JSON.stringify(topic)} is no topic pattern: it ${pattern}.`)
  }
  return pattern
}

function bucketFor<Payload>(root: Node<Payload>, pattern: Segments): Bucket<Owner<Payload>> {
  let node = root
  for (const token of pattern) {
    if (token === '>') {
      node.below ??= emptyBucket()
      return node.below
    }
    node = token === '*' ? starOf(node) : literalOf(node, token)
  }
  node.here ??= emptyBucket()
  return node.here
}

function starOf<Payload>(node: Node<Payload>): Node<Payload> {
  node.star ??= emptyNode()
  return node.star
}

function literalOf<Payload>(node: Node<Payload>, token: string): Node<Payload> {
  node.literals ??= filteredMap()
  let next = get(node.literals, token)
  if (!next) {
    next = emptyNode()
    set(node.literals, token, next)
  }
  return next
}

/** Also takes away the buckets and nodes that this leaves empty. */
function removePosting<Payload>(
  node: Node<Payload>,
  pattern: Segments,
  depth: number,
  posting: Posting<Owner<Payload>>,
): void {
  const token = pattern[depth]
  if (token === undefined) {
    if (node.here) take(node.here, posting)
    if (node.here && isEmpty(node.here)) node.here = undefined
  } else if (token === '>') {
    if (node.below) take(node.below, posting)
    if (node.below && isEmpty(node.below)) node.below = undefined
  } else {
    const next = token === '*' ? node.star : node.literals && get(node.literals, token)
    if (!next) return
    removePosting(next, pattern, depth + 1, posting)
    if (next.here || next.below || next.star || next.literals?.entries.size) return
    if (token === '*') node.star = undefined
    else if (node.literals) removeFrom(node.literals, token)
  }
}

function emptyNode<Payload>(): Node<Payload> {
  return { literals: undefined, star: undefined, here: undefined, below: undefined }
}
