// Completes the lock files: npm leaves out packages for other platforms when the registry it saw lacks them, and
// npm ci then refuses the lock. Each entry gets the hash of its package, asked of npm where it is missing, so that no
// platform installs what nobody has vouched for. With --check only says what is wrong with it.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { areInstalled, markInstalled, peers } from './dependencies.mjs'
import { root } from './run.mjs'

const systems = new Set([
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
])
const processors = new Set([
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
])

/** Where Node would look for `name` from the package at `from`, nearest first. */
function* places(from, name) {
  for (let at = from; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    yield `${at}/node_modules/${name}`
  }
  yield `node_modules/${name}`
}

function missing(packages) {
  const found = []
  for (const [from, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const there = [...places(from, name)].find((place) => packages[place])
      if (there && (packages[there].version === version || !/^\d/.test(version))) continue
      if (!/^\d/.test(version)) throw new Error(`${from} wants ${name} ${version}, which is no exact version`)
      // Beside the others, or below its parent where another version has that place.
      const place = there ? `${from}/node_modules/${name}` : `node_modules/${name}`
      found.push({ from, place, name, version, dev })
    }
  }
  return found
}

/** A package for one platform names it: `@next/swc-darwin-arm64`, `@oxc-parser/binding-linux-arm-gnueabihf`. */
function entry({ name, version, dev }) {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => systems.has(word))
  const cpu = words.filter((word) => processors.has(word))
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : []
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(dev ? { dev } : {}),
    ...(libc.length > 0 && os.includes('linux') ? { libc } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  }
}

let faults = 0
for (const folder of [root, peers]) {
  const path = `${folder}/package-lock.json`
  const text = readFileSync(path, 'utf8')
  if (process.argv.includes('--check')) faults += check(relative(root, path), text)
  else faults += complete(folder, path, text)
}
if (faults > 0) {
  if (process.argv.includes('--check')) console.error('Run: node scripts/lock.mjs')
  process.exit(1)
}

/** Those that npm would install without knowing what they must be. */
function unproven(packages) {
  return Object.entries(packages).filter(([place, one]) => place !== '' && !one.link && !one.integrity)
}

function check(name, text) {
  const { packages } = JSON.parse(text)
  const absent = missing(packages)
  const addresses = new Set(text.match(/"resolved": "[^"]*"|https?:\/\/[^"/]*registry[^"/]*/g) ?? [])
  for (const one of absent) console.error(`${name} lacks ${one.name}, an optional dependency of ${one.from}`)
  for (const address of addresses) console.error(`${name} names a registry: ${address}`)
  const bare = unproven(packages)
  for (const [place] of bare) console.error(`${name} has no hash of ${place}`)
  return absent.length + addresses.size + bare.length
}

function complete(folder, path, text) {
  const lock = JSON.parse(text)
  const { packages } = lock
  const absent = missing(packages)
  const wasInstalled = areInstalled(folder)
  for (const one of absent) packages[one.place] = entry(one)
  for (const one of Object.values(packages)) delete one.resolved
  let faults = 0
  const bare = unproven(packages)
  for (const [place, one] of bare) {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const integrity = hashOf(`${name}@${one.version}`)
    if (integrity) packages[place] = { version: one.version, integrity, ...one }
    else faults++
  }
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`)
  // Packages of other platforms change nothing of what is installed on this one.
  if (wasInstalled) markInstalled(folder)
  console.log(
    `${relative(root, path)}: added ${absent.length} packages of other platforms and ${bare.length - faults} hashes`,
  )
  return faults
}

function hashOf(spec) {
  try {
    const said = execFileSync('npm', ['view', spec, 'dist.integrity', '--json'], { encoding: 'utf8' })
    return JSON.parse(said)
  } catch {
    console.error(`npm does not know ${spec}`)
    return undefined
  }
}
