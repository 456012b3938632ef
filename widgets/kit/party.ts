const NAME = Symbol('name')

/**
 * For whom a load is done, so that what many wait for goes by fair turns. Opaque, and nothing that JSON keeps: a result is
 * shared by all who show it, so no loader may make it depend on who that is.
 */
export interface Party {
  readonly [NAME]: string
}

export const partyOf = (name: string): Party => ({ [NAME]: name })

export const nameOf = (party: Party): string => party[NAME]
