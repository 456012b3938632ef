/**
 * Embeddings, overrides and isolates: with them a text can turn round what stands after it, or read as what it is not.
 * Marks (U+200E, U+200F, U+061C) stay: right-to-left texts need them, and views isolate each text by `dir="auto"`.
 */
const controls = /[\u202a-\u202e\u2066-\u2069]/g

/** The same JSON without characters that change the direction of text around them. */
export function plainBidi(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(controls, '')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plainBidi)
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field.replace(controls, ''), plainBidi(inner)]),
  )
}
