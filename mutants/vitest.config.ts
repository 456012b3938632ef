import { join } from 'node:path'
import { mergeConfig } from 'vitest/config'
import tests from '../vitest.config.ts'
import { PATCHES, patchedSource, root } from './patched-source.ts'

/** The tests of the product as they are, on sources that are patched when they are loaded. */
export default mergeConfig(tests, {
  root,
  plugins: [patchedSource(JSON.parse(process.env[PATCHES] ?? '[]'))],
  test: {
    setupFiles: [join(import.meta.dirname, 'same-histories.ts')],
    // Two runs at a time share the machine.
    maxWorkers: 1,
  },
})
