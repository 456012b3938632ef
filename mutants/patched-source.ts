import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Patch } from './mutant.ts'

export const root = join(import.meta.dirname, '..')

/** The environment variable by which a run of tests is given its patches, as JSON. */
export const PATCHES = 'MUTANT_PATCHES'

/** @throws Error when the text does not stand in the source exactly once: the mutant no longer applies. */
function patched(source: string, { file, find, replace }: Patch): string {
  const count = source.split(find).length - 1
  if (count !== 1)
    throw new Error(`It no longer applies: ${file} has ${count} times what is replaced.\n${find}`)
  return source.replace(find, () => replace)
}

/** @throws Error when a patch no longer applies. */
export function checkPatches(patches: readonly Patch[]): void {
  const sources = new Map<string, string>()
  for (const patch of patches) {
    const source = sources.get(patch.file) ?? readFileSync(join(root, patch.file), 'utf8')
    sources.set(patch.file, patched(source, patch))
  }
}

/** A Vite plugin that replaces text of modules as they are loaded, so that nothing is written to the sources. */
export function patchedSource(patches: readonly Patch[]) {
  return {
    name: 'patched-source',
    enforce: 'pre' as const,
    transform(code: string, id: string) {
      const file = relative(root, id.split('?')[0] ?? id)
      const own = patches.filter((patch) => patch.file === file)
      return own.length > 0 ? { code: own.reduce(patched, code), map: null } : undefined
    },
  }
}
