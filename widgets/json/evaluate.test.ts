import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { evaluate } from './evaluate.ts'
import { isLarge, parseJson } from './parse-json.ts'

const jobs = (...status: string[]) =>
  JSON.stringify({ jobs: status.map((each, n) => ({ name: `job-${n}`, status: each, n })), main: { n: 1 } })

describe('one of a sequence is told from one value', () => {
  const none = jobs()
  const one = jobs('failed')
  const two = jobs('failed', 'failed')

  test.each([
    'jobs[status="failed"]',
    'jobs[status="failed"].name',
    'jobs.name',
    'jobs.{"name": name}',
    'jobs^(>n)',
    'jobs^(>n).name',
    '$filter(jobs, function($job) { $job.status = "failed" })',
    '$map(jobs, function($job) { $job.name })',
    'jobs.name ~> $distinct()',
    '$sort(jobs.name)',
    '$distinct(jobs.name)',
    '$$.jobs[n >= 0].name',
    '($wanted := "failed"; jobs[status=$wanted].name)',
    'main.n = 1 ? jobs.name : 0',
    '*.name',
    '**.name',
    '$.jobs[status="failed"][n >= 0].name',
    'jobs#$place[$place >= 0].name',
    'jobs.(name)',
    'jobs.$uppercase(name)',
  ])('%s is a sequence of none, one or two', async (expression) => {
    for (const text of [one, two]) expect(await evaluate(expression, text)).toMatchObject({ many: true })
    // A function of no list gives none of a list either.
    const empty = await evaluate(expression, none)
    if (/^[$]|[*]/.test(expression)) expect(empty.value ?? []).toEqual([])
    else expect(empty).toMatchObject({ many: true })
  })

  test.each([
    'main',
    'main.n',
    'jobs[0]',
    'jobs[0].name',
    'jobs[-1].name',
    'jobs[status="failed"][0]',
    'jobs[$count($$.jobs) - 1].name',
    'jobs^(>n)[0].name',
    '(jobs.name)[0]',
    '$count(jobs)',
    '$sum(jobs.n)',
    '$sum(jobs[status="failed"].n)',
    '$join(jobs.name, ", ")',
    'jobs[0].name & "!"',
    'jobs{name: n}',
    'main.n = 1 ? 0 : jobs.name',
    '"text"',
  ])('%s is one value', async (expression) => {
    for (const text of [one, two]) expect(await evaluate(expression, text)).toMatchObject({ many: false })
  })

  test('also of an answer that is a list itself', async () => {
    const text = '[{"name":"web","tags":["a"]}]'
    expect(await evaluate('name', text)).toEqual({ value: 'web', many: true })
    expect(await evaluate('$[name="web"]', text)).toMatchObject({ many: true })
    expect(await evaluate('$[name="api"]', text)).toEqual({ value: undefined, many: true })
    expect(await evaluate('$[0].name', text)).toEqual({ value: 'web', many: false })
    expect(await evaluate('$[0].tags', text)).toMatchObject({ value: ['a'] })
  })

  test('one evaluation tells nothing of the next', async () => {
    expect(await evaluate('a.b', '{"a":[{"b":1}]}')).toEqual({ value: 1, many: true })
    expect(await evaluate('a.b', '{"a":{"b":1}}')).toEqual({ value: 1, many: false })
  })
})

describe('long whole numbers keep their digits', () => {
  const text =
    '{"id": 9007199254740993, "next": 9007199254740992, "short": 12345678901234567, "n": 2, "f": 0.12345678901234567}'

  test.each<[string, unknown]>([
    ['id', '9007199254740993'],
    ['next', '9007199254740992'],
    ['"#" & id', '#9007199254740993'],
    ['$string(id)', '9007199254740993'],
    ['{"a": id, "n": n}', { a: '9007199254740993', n: 2 }],
    ['$[id=9007199254740993].n', 2],
    ['$[id=9007199254740992].n', undefined],
    ['f', JSON.parse('0.12345678901234567')],
    // Reckoned with, they are rounded as all numbers of JavaScript are.
    ['$round(id / 1e12)', 9007],
    ['$sum([id, n])', 9007199254740996],
    // What is only put into an order is not.
    ['[id, next, short, n]^($)', [2, '9007199254740992', '9007199254740993', '12345678901234567']],
    ['$max([id, next, n])', '9007199254740993'],
    ['short > id', true],
    ['id > next', true],
    ['id > 9007199254740992', true],
  ])('%s is %j', async (expression, value) => {
    expect((await evaluate(expression, text)).value).toEqual(value)
  })

  test('digits within texts are left alone', () => {
    const given = '{"a\\"": "x 9007199254740993 \\\\", "b": ["-9007199254740993", -9007199254740993, 1e400]}'
    expect(parseJson(given, 'texts').value).toEqual({
      'a"': 'x 9007199254740993 \\',
      b: ['-9007199254740993', '-9007199254740993', Number.POSITIVE_INFINITY],
    })
  })

  test('what is not JSON does not become it', () => {
    for (const given of ['00009007199254740993', '9007199254740993 x', '-9007199254740993-']) {
      expect(() => parseJson(given, 'texts')).toThrow(SyntaxError)
      expect(() => parseJson(given, 'numbers')).toThrow(SyntaxError)
    }
  })

  test('held as numbers they are each another, in the same order', () => {
    const large = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String)
    const close = fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 300n }).map(String)
    fc.assert(
      fc.property(fc.array(fc.oneof(large, close), { maxLength: 50 }), (texts) => {
        const { value, digits } = parseJson(`[${texts.join(',')}]`, 'numbers')
        const back = (value as number[]).map((number) => digits.get(number) ?? String(number))
        expect(back.map(BigInt)).toEqual(texts.map(BigInt))
        const held = [...digits].sort(([a], [b]) => a - b).map(([, token]) => BigInt(token))
        expect(held).toEqual(held.toSorted((a, b) => (a < b ? -1 : 1)))
        expect(
          texts.filter((each) => isLarge(each)).every((each) => [...digits.values()].includes(each)),
        ).toBe(true)
      }),
    )
  })
})

test.each([")]}'\n", ")]}',\n", ')]}\n', 'while(1);', 'for (;;);', '\ufeff'])(
  'what guards JSON against being run as a script is passed over: %j',
  (guard) => expect(parseJson(`${guard}[{"_number":1}]`, 'texts').value).toEqual([{ _number: 1 }]),
)
