import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '../../access/client.ts'

/** One request, whom it is from, and the response that it waits for. */
export interface HttpExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What is asked for, without the base path. Its host says nothing. */
  readonly url: URL
  readonly client: Client
}
