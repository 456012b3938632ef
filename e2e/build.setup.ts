import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Tests see the sources as they are now. */
export default function build(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/build.mjs'), '--if-needed'], {
    stdio: 'inherit',
  })
}
