/** What was made last, at most `limit`; asking for one makes it the newest. */
export interface Recent<Key, Value> {
  get(key: Key, make: () => Value): Value
  /** Without making it. */
  peek(key: Key): Value | undefined
}

export function recent<Key, Value>(limit: number): Recent<Key, Value> {
  // A map keeps the order in which keys were set.
  const kept = new Map<Key, Value>()
  return {
    get(key, make) {
      const known = kept.get(key)
      const value = known === undefined ? make() : known
      if (known !== undefined) kept.delete(key)
      kept.set(key, value)
      if (kept.size > limit) kept.delete(kept.keys().next().value as Key)
      return value
    },
    peek: (key) => kept.get(key),
  }
}
