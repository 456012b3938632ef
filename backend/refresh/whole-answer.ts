import type { IncomingHttpHeaders } from 'node:http'
import type { WholeResponse } from '#widgets/define.ts'

const utf8 = new TextDecoder()
/** They describe the body as it travelled, not as it is now. */
const ofTravel = new Set(['content-encoding', 'content-length', 'transfer-encoding'])

export interface Received {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Decompressed. */
  readonly body: Buffer
}

/** An answer in the shape of a Response, which costs as much as all else of a small one: a stream, and headers nobody reads. */
export function wholeAnswer(received: Received, url: string): WholeResponse {
  return new Whole(received, url)
}

class Whole implements WholeResponse {
  readonly status: number
  readonly url: string
  readonly #headers: IncomingHttpHeaders
  readonly #body: Buffer

  constructor({ status, headers, body }: Received, url: string) {
    this.status = status
    this.url = url
    this.#headers = headers
    this.#body = body
  }

  get ok(): boolean {
    return this.status >= 200 && this.status <= 299
  }

  get headers(): Headers {
    const pairs = Object.entries(this.#headers).flatMap(([name, value]) =>
      ofTravel.has(name) ? [] : [value ?? []].flat().map((one): [string, string] => [name, one]),
    )
    return new Headers(pairs)
  }

  async text(): Promise<string> {
    return utf8.decode(this.#body)
  }

  async json(): Promise<unknown> {
    return JSON.parse(utf8.decode(this.#body))
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.#body).buffer
  }
}
