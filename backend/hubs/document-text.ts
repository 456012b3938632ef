import { Composer, type CST, type Document, isNode, isScalar, Lexer, LineCounter, Parser, visit } from 'yaml'

/** Where something stands in a text; both begin at 1. */
export interface LinePosition {
  readonly line: number
  readonly column: number
}

/** A text that is no JSON, or no YAML. Told by `code`. */
export class DocumentTextError extends Error {
  readonly code = 'document-text'
  readonly place: LinePosition | undefined
  constructor(message: string, place?: LinePosition) {
    super(message)
    this.name = 'DocumentTextError'
    this.place = place
  }
}

export interface DocumentText {
  readonly value: unknown
  /** Where a field stands, named as a JSON pointer; that of what holds it where the field itself is missing. */
  place(field: string): LinePosition | undefined
}

/** What a text says, in JSON or YAML 1.2; a byte order mark is no part of it. @throws DocumentTextError */
export function readDocumentText(given: string, format: 'json' | 'yaml'): DocumentText {
  const text = given.replace(/^\ufeff/, '')
  if (format === 'yaml') return readYaml(text)
  try {
    const value: unknown = JSON.parse(text)
    // JSON is YAML, whose parser alone knows the places.
    return { value, place: (field) => readYaml(text).place(field) }
  } catch (error) {
    throw new DocumentTextError(`It is not JSON: ${(error as Error).message}.`, faultIn(text))
  }
}

/** Aliases of a document. Each is looked for among all that stands before it; and documents of a billion parts are made of few. */
const MOST_ALIASES = 100

function readYaml(text: string): DocumentText {
  const lines = new LineCounter()
  const { document, value } = parse(text, lines)
  return {
    value,
    place(field) {
      const path = field
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      for (; ; path.pop()) {
        const node = path.length === 0 ? document.contents : document.getIn(path, true)
        if (isNode(node) && node.range) return positionOf(lines.linePos(node.range[0]))
        if (path.length === 0) return undefined
      }
    },
  }
}

/** Levels a text may be nested. What composes a document of its tokens is recursive, and one that runs out of stack can end the process. */
const DEEPEST = 256

/** The tokens of a text, in whose reading nothing is recursive. @throws DocumentTextError before a document that is nested too deeply is composed. */
function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (parser.stack.length > DEEPEST) throw new DocumentTextError('It is nested too deeply.')
  }
  yield* parser.end()
}

function parse(text: string, lines: LineCounter): { document: Document; value: unknown } {
  try {
    const composer = new Composer({
      stringKeys: true,
      // It would compare each key with all before it: seconds for some ten thousand.
      uniqueKeys: false,
    })
    const [document, second] = composer.compose(tokensOf(text, lines))
    if (!document) throw new DocumentTextError('It is empty.')
    if (second)
      throw new DocumentTextError('It holds more than one document: one hub a file.', placeIn(second, lines))
    const [error] = document.errors
    if (error)
      throw new DocumentTextError(
        `It is not YAML: ${error.message}.`,
        positionOf(lines.linePos(error.pos[0])),
      )
    const fault = faultOf(document)
    if (fault) throw new DocumentTextError(fault.message, positionOf(lines.linePos(fault.at)))
    // It counts the anchor as well.
    return { document, value: document.toJS({ maxAliasCount: MOST_ALIASES + 1 }) }
  } catch (error) {
    if (error instanceof DocumentTextError) throw error
    throw new DocumentTextError(`It is not YAML: ${(error as Error).message}.`)
  }
}

/** The first key that its map has already, or the first alias too many, and where it stands. */
function faultOf(document: Document) {
  let found: { readonly message: string; readonly at: number } | undefined
  let aliases = 0
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key
        if (seen.has(name)) {
          found = { message: 'It is not YAML: Map keys must be unique.', at: startOf(key) }
          return visit.BREAK
        }
        seen.add(name)
      }
      return undefined
    },
    Alias(_, alias) {
      if (++aliases <= MOST_ALIASES) return undefined
      const message = `It has more than ${MOST_ALIASES} aliases (*name): write out what they stand for.`
      found = { message, at: startOf(alias) }
      return visit.BREAK
    },
  })
  return found
}

const startOf = (node: unknown): number => (isNode(node) && node.range?.[0]) || 0

const positionOf = ({ line, col }: { line: number; col: number }): LinePosition => ({ line, column: col })

function placeIn(document: Document, lines: LineCounter): LinePosition | undefined {
  return document.range ? positionOf(lines.linePos(document.range[0])) : undefined
}

/** Where JSON ends to be any, as far as a parser of YAML sees it: Node tells no place. */
function faultIn(text: string): LinePosition | undefined {
  try {
    readYaml(text)
  } catch (error) {
    return (error as DocumentTextError).place
  }
  return undefined
}
