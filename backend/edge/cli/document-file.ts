import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type DocumentText, DocumentTextError, readDocumentText } from '../../hubs/document-text.ts'

/** A file that holds one hub. */
export interface DocumentFile {
  readonly slug: string
  /** All of it but the slug. */
  readonly document: object
  readonly place: DocumentText['place']
}

const endings = ['.json', '.yaml', '.yml']

/**
 * A folder stands for the documents in it, regular files alone: a pipe would be waited for without end. `passOver` is told
 * of what else is called like one.
 * @throws Error
 */
export async function filesOf(path: string, passOver: (path: string) => void): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => endings.includes(extname(name))).sort()
  const files: string[] = []
  for (const file of names.map((name) => join(path, name))) {
    // What is not there behind a link is told when it is read.
    const found = await stat(file).catch(() => undefined)
    if (found === undefined || found.isFile()) files.push(file)
    else passOver(file)
  }
  if (files.length === 0) throw new Error(`There are no files in it that end in ${endings.join(', ')}.`)
  return files
}

/** @throws Error saying what is wrong, and where */
export async function readDocumentFile(path: string): Promise<DocumentFile> {
  const { value, place } = read(await readFile(path, 'utf8'), extname(path) === '.json' ? 'json' : 'yaml')
  if (typeof value !== 'object' || value === null || !('slug' in value) || typeof value.slug !== 'string') {
    throw new Error('A hub document in a file is an object with a "slug".')
  }
  const { slug, ...document } = value
  return { slug, document, place }
}

function read(text: string, format: 'json' | 'yaml'): DocumentText {
  try {
    return readDocumentText(text, format)
  } catch (error) {
    if (!(error instanceof DocumentTextError) || !error.place) throw error
    throw new Error(`${error.message} Line ${error.place.line}, column ${error.place.column}.`, {
      cause: error,
    })
  }
}
