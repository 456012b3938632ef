import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Tests see the sources as they are now: pages for `base-path.spec.ts`, which the build for the root of a host name leaves. */
export default function build(): void {
  for (const origin of ['http://127.0.0.1/hubs', '']) {
    execFileSync(process.execPath, [join(import.meta.dirname, '../scripts/build.mjs'), '--if-needed'], {
      stdio: 'inherit',
      env: { ...process.env, HUBS_ORIGIN: origin },
    })
  }
}
