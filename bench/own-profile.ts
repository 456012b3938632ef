import { Session } from 'node:inspector/promises'
import { findSourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Profile, profileOf } from './profile.ts'

/** Microseconds between two samples. */
const INTERVAL = 250

/** Profiles this process until the function it resolves to is called, by room of ours and by package. */
export async function profileOwn(): Promise<() => Promise<Profile>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL })
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    return profileOf(profile, ({ url, lineNumber, columnNumber }) => {
      if (!url.startsWith('file:')) return url
      const path = fileURLToPath(url)
      const entry = findSourceMap(path)?.findEntry(lineNumber, columnNumber)
      return cityOf(entry && 'originalSource' in entry ? entry.originalSource : path)
    })
  }
}

function cityOf(source: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? []
  if (name) return name
  const [, room] = /\/((?:backend|bench|widgets)(?:\/[^/]+)*)\/[^/]+\.tsx?$/.exec(source) ?? []
  return room ?? 'the rest of ours'
}
