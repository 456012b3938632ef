// Says on standard output what runs in production, as a bill of materials: npm run --silent sbom > sbom.json
// CycloneDX, with versions, hashes and licences; what builds and what is for development is not in it.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { installDependencies } from './dependencies.mjs'
import { root } from './run.mjs'

await installDependencies()
const args = [
  'sbom',
  '--sbom-format',
  'cyclonedx',
  '--sbom-type',
  'application',
  '--omit',
  'dev',
  '--omit',
  'optional',
]
const bill = JSON.parse(
  execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
)
const { name } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
// npm names the whole after the folder it lies in.
bill.metadata.component.name = name
const unhashed = bill.components.filter((component) => !component.hashes?.length)
if (unhashed.length > 0) {
  console.error(`No hash of ${unhashed.map(({ purl }) => purl).join(', ')}: run node scripts/lock.mjs`)
  process.exit(1)
}
console.log(JSON.stringify(bill, null, 2))
