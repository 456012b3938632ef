import type { Wanted } from './locate.ts'

/** A server of our own, fresh and empty, on 127.0.0.1. It ends with this process, however that ends. */
export interface Server {
  readonly url: string
  readonly port: number
  /** Ends it and removes its data. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
  /** On the same port, also after `kill`; keeps its data unless told otherwise. Resolves when it answers. */
  restart(options?: { readonly keepData?: boolean }): Promise<void>
  /**
   * Keeps a copy of its data as they are; `revert` puts that copy back, without the files in folders named `except`.
   * Both start it again. Only of a process of ours.
   */
  keep(): Promise<void>
  revert(options?: { readonly except?: string }): Promise<void>
  /** It stops answering while its connections stay open, until `resume`. */
  pause(): void
  resume(): void
}

/** What has to be known of a kind of server. */
export interface ServerKind {
  readonly name: string
  readonly wanted: Wanted
  /** Its port inside a container. */
  readonly port: number
  readonly containerArgs: readonly string[]
  readonly containerEnv?: Readonly<Record<string, string>>
  url(port: number): string
  command(port: number, folder: string): readonly string[]
  /** Whether it serves yet. */
  answers(port: number): Promise<boolean>
  /** Makes an empty data folder ready. */
  prepare?(program: string, folder: string, user: ServerUser | undefined): Promise<void>
  /** Has it write down what it holds in memory. */
  save?(port: number): Promise<void>
  /** Makes a server that is not our process forget all it holds. */
  wipe?(url: string): Promise<void>
  /** Refuses to run as root: the user to run as instead. */
  readonly rootRunsAs?: string
  /** Ends it at once together with its children. */
  readonly killSignal?: NodeJS.Signals
}

export interface ServerUser {
  readonly uid: number
  readonly gid: number
}
