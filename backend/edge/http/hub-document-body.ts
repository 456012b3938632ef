import { isUtf8 } from 'node:buffer'
import { hubDocument } from '../../hubs/document.ts'
import { DocumentTextError, readDocumentText } from '../../hubs/document-text.ts'
import { type BodyReader, bodyOf } from './body-reader.ts'
import { ProblemError } from './problem.ts'
import type { Call } from './route.ts'

/** Bytes of one hub document. */
const DOCUMENT_LIMIT = 1024 * 1024
/** The same in YAML: of the worst of it a parser takes some 15 ms a kilobyte, and a hub has a few of them. */
const YAML_LIMIT = 32 * 1024

const schema = hubDocument.meta({ id: 'HubDocument' })

/** A hub document as JSON, or as YAML when it says so. */
export const hubDocumentBody: BodyReader = {
  read,
  about: bodyOf({ 'application/json': schema, 'application/yaml': schema }),
}

/** @throws ProblemError */
async function read(call: Call): Promise<unknown> {
  const type = call.headers['content-type'] ?? ''
  if (!/^(?:application|text)\/(?:x-|vnd\.)?yaml\b/i.test(type)) return call.json(DOCUMENT_LIMIT)
  const body = await call.body(YAML_LIMIT).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.problem.status !== 413) throw error
    throw new ProblemError(413, 'A document in YAML may have 32 KB. Send it as JSON, which may have 1 MB.')
  })
  if (!isUtf8(body)) throw new ProblemError(400, 'The body must be YAML in UTF-8.')
  try {
    return readDocumentText(body.toString(), 'yaml').value
  } catch (error) {
    if (!(error instanceof DocumentTextError)) throw error
    const where = error.place ? ` Line ${error.place.line}, column ${error.place.column}.` : ''
    throw new ProblemError(400, `${error.message}${where}`, {
      errors: [{ field: '', message: error.message }],
    })
  }
}
