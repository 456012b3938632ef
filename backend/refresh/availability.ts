import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Need, Secrets, WidgetType } from '#widgets/define.ts'

/** What each type still lacks here, as its remedy; types that lack nothing are absent. */
export type Lacking = ReadonlyMap<string, string>

export async function findLacking(types: Iterable<WidgetType>, secrets: Secrets): Promise<Lacking> {
  const found = new Map<string, Promise<boolean>>()
  const lacking = new Map<string, string>()
  const met = (need: Need): Promise<boolean> => {
    if ('setting' in need) return Promise.resolve(secrets[need.setting] !== undefined)
    const known = found.get(need.program) ?? runs(need.program)
    found.set(need.program, known)
    return known
  }
  for (const { definition } of types) {
    for (const need of definition.needs ?? []) {
      if (!(await met(need)) && !lacking.has(definition.type)) lacking.set(definition.type, need.remedy)
    }
  }
  return lacking
}

async function runs(program: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, ['--version'], { timeout: 5_000 })
    return true
  } catch {
    return false
  }
}
