import { setTimeout as delay } from 'node:timers/promises'

/** Asks every 10 ms until the answer is yes; gives up after two minutes, for the machine may be busy, with `complaint`. */
export async function until(condition: () => Promise<boolean>, complaint: string): Promise<void> {
  const deadline = Date.now() + 120_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(complaint)
    await delay(10)
  }
}
