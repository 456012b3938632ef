import { scripts } from './scripts.ts'

/**
 * For tests: replaces a piece of every script that has it, from now on.
 * @throws Error when no script has it.
 */
export function patchScripts(piece: string, replacement: string): void {
  const before = { ...scripts }
  for (const name of Object.keys(scripts) as (keyof typeof scripts)[]) {
    scripts[name] = scripts[name].replaceAll(piece, () => replacement)
  }
  if (Object.entries(before).every(([name, text]) => scripts[name as keyof typeof scripts] === text)) {
    throw new Error(`No script has: ${piece}`)
  }
}

const real = 'time[1] * 1000 + math.floor(time[2] / 1000)'

/** From now on the scripts read the time from the key `<prefix>:clock`, where there is one. */
export function simulateClock(): void {
  patchScripts(
    `local now = ${real}`,
    `local now = tonumber(redis.call('GET', prefix .. 'clock') or (${real}))`,
  )
}
