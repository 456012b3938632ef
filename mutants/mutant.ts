/** A weakened variant of the product, and the test that must fail on it. */
export interface Mutant {
  /** Names it in the output and in the table. */
  readonly name: string
  /** The sentence of the protocol that it breaks. */
  readonly breaks: string
  readonly patches: readonly Patch[]
  readonly caught: Catch
}

/** Text of a source file, which must stand there once, and what takes its place. */
export interface Patch {
  /** Path from the root of the project. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Catch {
  readonly project: 'unit' | 'servers' | 'model'
  readonly file: string
  /** Title of the test. */
  readonly test: string
  /** What the test must say: a test that fails for another reason has not seen the fault. */
  readonly says: RegExp
}
