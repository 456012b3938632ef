/** What has a history: a hub, by its slug; an API token, by its id. */
export interface Subject {
  readonly kind: 'hub' | 'token'
  readonly id: string
}

/** Who makes a change. */
export interface Author {
  /** The id of an API token, `admin` for `HUBS_ADMIN_TOKEN`, or a word for what no token did: see the constants below. */
  readonly actor: string
  /** The client's; null where there is none. */
  readonly address: string | null
}

/** An operator at a terminal of the machine: `npm run hubs`. */
export const terminal: Author = { actor: 'terminal', address: null }

/** A start of the installation, which makes the demo hubs and the first token. */
export const start: Author = { actor: 'start', address: null }

/** A change as it is written to the log, which gives it its number and time. */
export interface NewChange extends Author {
  readonly subject: Subject
  /** Of a hub `put` and `delete`; of a token `create`, `revoke`, and `delete` of one that nobody was ever told. */
  readonly kind: 'put' | 'delete' | 'create' | 'revoke'
  /**
   * The subject as the change leaves it: of a hub its document, of a token its name and scopes and whether it is revoked;
   * null when it is gone. Never a secret.
   */
  readonly after: object | null
}

/** What those who follow the log are told of a change; they read what has become of its subject themselves. */
export interface ChangeHeader {
  /** 1 for the first change of the installation, without holes, in the order of commits. */
  readonly number: number
  readonly subject: Subject
}

/** A change as its log tells of it. */
export interface LoggedChange extends ChangeHeader, Author {
  /** The actor of one that an older version wrote is `unknown`. */
  readonly actor: string
  readonly at: Date
  readonly kind: string
  /** What the change before of the same subject left; null where there was none, or it is not kept. */
  readonly before: unknown
  /** Null when the subject is gone, and for all but the last change of each hub that an older version wrote. */
  readonly after: unknown
}
