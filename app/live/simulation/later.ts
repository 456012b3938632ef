/** Runs something at a moment of the test's choosing. */
export type Later = (what: string, run: () => void) => void
