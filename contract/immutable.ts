import type { Json } from '#widgets/define.ts'

/** What a schema gives, not to be changed by whoever has it; any JSON is that by itself. */
export type Immutable<T> = Json extends T ? T : { readonly [Key in keyof T]: Immutable<T[Key]> }
