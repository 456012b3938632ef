import type { FieldError } from '#contract/problem.ts'
import { type DocumentFile, filesOf, readDocumentFile } from './document-file.ts'
import { complain, print } from './print.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/**
 * Writes the hub of each file, those after a refused one too. Says whether all went in. With `prune`, the name of what
 * these files are, it also deletes hubs that an earlier apply of that name wrote and that have no file any more.
 */
export async function apply(
  terminal: Terminal,
  paths: readonly string[],
  { dryRun, prune }: { readonly dryRun: boolean; readonly prune: string | undefined },
): Promise<boolean> {
  if (paths.length === 0) throw new UsageError('apply takes files or folders of hub documents.')
  if (prune === '')
    throw new UsageError('--prune takes a name for these files, such as that of their repository.')
  const slugs = new Set<string>()
  let whole = true
  const refused = (path: string, error: unknown, file?: DocumentFile): void => {
    whole = false
    complain(`${path}: ${(error as Error).message}`)
    for (const fault of errorsOf(error)) complain(`  ${faultIn(fault, file)}`)
  }
  const passOver = (path: string) => complain(`${path}: passed over, for it is no regular file.`)
  for (const path of paths) {
    const files = await filesOf(path, passOver).catch((error: unknown) => {
      refused(path, error)
      return []
    })
    for (const name of files) {
      let file: DocumentFile | undefined
      try {
        file = await readDocumentFile(name)
        const { slug, document } = file
        if (slugs.has(slug)) throw new Error(`Another file holds the hub “${slug}” already.`)
        slugs.add(slug)
        const { outcome } = await terminal.ask({ do: 'apply', slug, document, dryRun })
        print(`${slug}: ${dryRun && outcome !== 'unchanged' ? `would be ${outcome}` : outcome}`)
      } catch (error) {
        refused(name, error, file)
      }
    }
  }
  if (prune !== undefined) await pruneOthers(terminal, prune, { keep: [...slugs], dryRun, whole })
  return whole
}

async function pruneOthers(
  terminal: Terminal,
  name: string,
  { keep, dryRun, whole }: { keep: string[]; dryRun: boolean; whole: boolean },
): Promise<void> {
  // A hub whose file is refused would be taken for one that has none.
  if (!whole) return complain('Nothing is deleted while a document is refused.')
  const { deleted } = await terminal.ask({ do: 'prune', name, keep, dryRun })
  for (const slug of deleted) print(`${slug}: ${dryRun ? 'would be deleted' : 'deleted'}`)
}

function faultIn({ field, message }: FieldError, file: DocumentFile | undefined): string {
  const place = file?.place(field)
  const where = place ? ` (line ${place.line}, column ${place.column})` : ''
  return `${field || 'the document'} ${message}${where}`
}

/** Of a HubError, here or from the running Hubs. */
function errorsOf(error: unknown): readonly FieldError[] {
  const { errors } = error as { errors?: unknown }
  return Array.isArray(errors) ? errors : []
}
