import { LoadFailure } from '#widgets/define.ts'

const untrusted =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|ERR_SSL)/

const sentences: readonly (readonly [RegExp, (host: string) => string])[] = [
  [/^(ENOTFOUND|ENODATA)$/, (host) => `There is no host named ${host}.`],
  [/^EAI_/, (host) => `The name ${host} could not be looked up.`],
  [/^ECONNREFUSED$/, (host) => `${host} refuses connections.`],
  [/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, (host) => `${host} does not answer.`],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, (host) => `${host} broke the connection off.`],
  // What zlib says of a packed body that ends in the middle.
  [/^Z_BUF_ERROR$/, (host) => `${host} broke the answer off.`],
  [
    /^(HTTPParserError|HPE_|UND_ERR_|Z_)/,
    (host) => `${host} answered with something that is not HTTP as it should be.`,
  ],
  [untrusted, (host) => `${host} shows a certificate that cannot be trusted.`],
]

/** What went wrong with a fetch from `host`, as a sentence for a reader. */
export function explainFetchError(error: unknown, host: string): LoadFailure {
  for (const link of chain(error)) {
    if (link instanceof LoadFailure) return link
    // undici's parser names its errors without giving them a code.
    const sentence = sentences.find(([code]) => code.test(link.code ?? link.name))
    if (sentence) return new LoadFailure('upstream', sentence[1](host), { cause: error })
  }
  return new LoadFailure('upstream', `${host} could not be reached.`, { cause: error })
}

/** The error and those behind it: undici wraps the connection's, and Node one for each address that was tried. */
function* chain(error: unknown): Generator<NodeJS.ErrnoException> {
  for (let link = error; link instanceof Error; link = behind(link)) yield link
}

function behind(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause
}
