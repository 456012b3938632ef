import type { Segments } from './topic.ts'

/** A topic of the event log. */
export interface LoggedTopic {
  readonly topic: string
  /** No event of it has a sequence above this. */
  readonly reach: number
}

interface Node {
  children?: Map<string, Node>
  found?: LoggedTopic
}

/** Topics by their tokens, so that a pattern looks at those alone that it may match. */
export interface TopicTrie {
  readonly size: number
  put(topic: LoggedTopic): void
  /** What any of the patterns matches, once each. */
  match(patterns: readonly Segments[]): LoggedTopic[]
}

export function topicTrie(): TopicTrie {
  const root: Node = {}
  let size = 0

  function put(topic: LoggedTopic): void {
    let node = root
    // Split alone: what is logged was a topic, and a row that is none matches what its tokens match.
    for (const token of topic.topic.split('.')) {
      node.children ??= new Map()
      let child = node.children.get(token)
      if (!child) {
        child = {}
        node.children.set(token, child)
      }
      node = child
    }
    if (!node.found) size += 1
    node.found = topic
  }

  return {
    get size() {
      return size
    },
    put,
    match(patterns) {
      const [only, ...more] = patterns
      if (!only) return []
      const found: LoggedTopic[] = []
      collect(root, only, 0, (topic) => found.push(topic))
      if (more.length === 0) return found
      const all = new Set(found)
      for (const pattern of more) collect(root, pattern, 0, (topic) => all.add(topic))
      return [...all]
    },
  }
}

function collect(node: Node, pattern: Segments, depth: number, take: (topic: LoggedTopic) => void): void {
  const token = pattern[depth]
  if (token === undefined) {
    if (node.found) take(node.found)
  } else if (token === '>') {
    for (const child of node.children?.values() ?? []) collectAll(child, take)
  } else if (token === '*') {
    for (const child of node.children?.values() ?? []) collect(child, pattern, depth + 1, take)
  } else {
    const child = node.children?.get(token)
    if (child) collect(child, pattern, depth + 1, take)
  }
}

function collectAll(node: Node, take: (topic: LoggedTopic) => void): void {
  if (node.found) take(node.found)
  for (const child of node.children?.values() ?? []) collectAll(child, take)
}
