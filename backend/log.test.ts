import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/** What one error makes of the log, in a process of its own, for the log is its stdout. */
function logged(message: string): { err: { message: string; stack: string } } {
  const program = `
    import { openLog } from ${JSON.stringify(fileURLToPath(new URL('./log.ts', import.meta.url)))}
    openLog('info').warn({ err: new Error(${JSON.stringify(message)}) }, 'x')`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    {
      encoding: 'utf8',
    },
  )
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

test('addresses lose their query, which may hold a token', () => {
  const { err } = logged(
    "unable to access 'https://git.example/team/api.git?private_token=one/': refused (https://a.example/x#two)",
  )
  for (const text of [err.message, err.stack]) {
    expect(text).toContain("'https://git.example/team/api.git?…': refused (https://a.example/x?…")
    expect(text).not.toMatch(/one|two/)
  }
})

test('what rides in URLs and SQL parameters is left out', () => {
  const { err } = logged(
    [
      'no answer from redis://:one@cache:6379, postgres://hubs:tw@two@db/hubs and nats://three@bus',
      'params: four,',
      'five',
    ].join('\n'),
  )
  for (const text of [err.message, err.stack]) {
    expect(text).toContain('redis://…@cache:6379, postgres://…@db/hubs and nats://…@bus')
    expect(text).not.toMatch(/one|two|three|four|five/)
  }
  expect(err.stack).toMatch(/\n {4}at /)
})
