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

/** What is printed of one line. */
function printed(terminal: boolean, text: string): string {
  const program = `
    import { openLog } from ${JSON.stringify(fileURLToPath(new URL('./log.ts', import.meta.url)))}
    import { consoleTo } from ${JSON.stringify(fileURLToPath(new URL('./console.ts', import.meta.url)))}
    const text = ${JSON.stringify(text)}
    const log = openLog('info', ${terminal})
    log.warn({ path: text, err: new Error(text) }, text)
    consoleTo(log)
    console.error('%s', text, new Error(text))`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  return stdout
}

const hostile = 'a\u001b[31mred\u001b]0;title\u0007 \u009b2J \u202eneddih \u007f\r\b \\u001b b'
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/

test.each([true, false])('no control character reaches the output, on a terminal (%s)', (terminal) => {
  const text = printed(terminal, hostile)
  expect(text).not.toMatch(controls)
  expect(text).toContain('neddih')
})

test.each([true, false])('a line that was sent is no line of the log, on a terminal (%s)', (terminal) => {
  const lines = printed(terminal, 'x\n[12:00:00.000] INFO: forged\r\n{"level":30,"msg":"forged"}').split('\n')
  expect(lines.filter((line) => /^(\[12:00|\{"level":30,"msg")/.test(line))).toEqual([])
})

test('JSON lines say what was meant', () => {
  const [line = ''] = printed(false, hostile).split('\n')
  expect(JSON.parse(line)).toMatchObject({ path: hostile, msg: hostile })
})

test('addresses lose their query, which may hold a token', () => {
  const { err } = logged(
    "unable to access 'https://git.example/team/api.git?private_token=one/': refused (https://a.example/x#two)",
  )
  for (const text of [err.message, err.stack]) {
    expect(text).toContain("'https://git.example/team/api.git?…': refused (https://a.example/x?…")
    expect(text).not.toMatch(/one|two/)
  }
})

test('what only follows from a store that is away is left to those who look closely', () => {
  const program = `
    import { openLog } from ${JSON.stringify(fileURLToPath(new URL('./log.ts', import.meta.url)))}
    const log = openLog('info')
    const err = new Error('outer', { cause: Object.assign(new Error('x'), { code: 'cache-away' }) })
    log.warn({ err }, 'a symptom')
    log.warn({ err, store: 'cache' }, 'the cause')
    log.error({ err }, 'worse')
    log.warn({ err: new Error('y') }, 'something else')`
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  const said = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg)
  expect(said).toEqual(['the cause', 'worse', 'something else'])
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

test('parameters that look like a stack are left out as well, and long ones leave the stack as it is', () => {
  const { err } = logged(`Failed query: insert\nparams: ${'a'.repeat(100_000)}\n    at one (two)\nthree`)
  expect(err.message).toBe('Failed query: insert\nparams: …')
  expect(err.stack).toMatch(/^Error: Failed query: insert\nparams: …\n {4}at /)
  expect(err.stack).not.toMatch(/at one|three/)
})

test('what one error makes of a line has a bound, however long its parts are', () => {
  const program = `
    import { openLog } from ${JSON.stringify(fileURLToPath(new URL('./log.ts', import.meta.url)))}
    const long = 'a '.repeat(100_000)
    const made = (cause) => Object.assign(new Error(long, { cause }), { name: long, code: long, detail: long })
    const log = openLog('info')
    log.warn({ err: made(made(made(new AggregateError([made()], long)))) }, 'an error')
    log.warn({ err: long }, 'a text')
    const odd = { name: undefined, message: 404, stack: { a: 1 }, code: null }
    log.warn({ err: Object.assign(new Error('x'), odd) }, 'an odd one')`
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  })
  const lines = stdout.trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['an error', 'a text', 'an odd one'])
  for (const line of lines) expect(line.length).toBeLessThan(30_000)
})
