import type { LoadFailure } from '../define.ts'

/**
 * What runs in the sandbox: functions that work on what strangers wrote. Each takes one value that can be cloned, gives
 * one that survives JSON, and may throw LoadFailure. Loaded when first asked for.
 */
export const jobs = {
  /** `cpu`: milliseconds of CPU one job may use. */
  markdown: { cpu: 1_500, load: async () => (await import('../notes/markdown.ts')).markdown },
  json: { cpu: 1_500, load: async () => (await import('../json/read-answer.ts')).readAnswer },
  // Five megabytes of tiny items take 1.3 s.
  feed: { cpu: 4_000, load: async () => (await import('../feed/read-answer.ts')).readAnswer },
} as const

export type Jobs = typeof jobs
type Work<Name extends keyof Jobs> = Awaited<ReturnType<Jobs[Name]['load']>>
export type Input<Name extends keyof Jobs> = Parameters<Work<Name>>[0]
export type Output<Name extends keyof Jobs> = Awaited<ReturnType<Work<Name>>>

/** How a job is put on the pipe. */
export interface JobRequest {
  readonly name: keyof Jobs
  readonly input: unknown
}

/** How it is answered. After `last` the process is not to be asked again. */
export type JobReply = { readonly last: boolean } & (
  | { readonly output?: unknown }
  | {
      readonly failure: {
        readonly code: LoadFailure['code']
        readonly message: string
      }
    }
  | { readonly thrown: string }
)
