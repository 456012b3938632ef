import fc from 'fast-check'
import { expect, test } from 'vitest'
import { believed, readMoment } from './moment.ts'

const iso = (value: unknown) => {
  const at = readMoment(value)
  return at === undefined ? undefined : new Date(at).toISOString()
}

test.each<[unknown, string | undefined]>([
  [1_767_225_600, '2026-01-01T00:00:00.000Z'],
  [1_767_225_600.5, '2026-01-01T00:00:00.500Z'],
  [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
  [1_767_225_600_000_000, '2026-01-01T00:00:00.000Z'],
  [1_767_225_600_000_000_000, '2026-01-01T00:00:00.000Z'],
  ['1171799695', '2007-02-18T11:54:55.000Z'],
  ['1171799695000', '2007-02-18T11:54:55.000Z'],
  [4_070_908_800_000, '2099-01-01T00:00:00.000Z'],
  [0, undefined],
  [-1, undefined],
  [1e30, undefined],
  [Number.NaN, undefined],
  [null, undefined],
  [{}, undefined],
  [true, undefined],
])('the number %j is %s', (value, at) => {
  expect(iso(value)).toBe(at)
})

test.each<[string, string | undefined]>([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:00.123456789+02:00', '2026-01-31T10:00:00.123Z'],
  ['2026-01-31T12:00:00+0200', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31T12:00:00-02', '2026-01-31T14:00:00.000Z'],
  ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['20260131T120000Z', '2026-01-31T12:00:00.000Z'],
  ['20260131', '2026-01-31T00:00:00.000Z'],
  ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.000Z'],
  ['2026-01-31T24:00:00Z', '2026-02-01T00:00:00.000Z'],
  ['Fri, 11 Feb 2022 19:58:02 CET', '2022-02-11T18:58:02.000Z'],
  ['Sat, 29 Jul 2017 00:00:00 CEST', '2017-07-28T22:00:00.000Z'],
  ['Thu, 30 Apr 2015 08:57:00 MEST', '2015-04-30T06:57:00.000Z'],
  ['Tue, 04 Jun 2024 10:25:00 BST', '2024-06-04T09:25:00.000Z'],
  ['Tue, 05 Mar 2024 10:00:00 JST', '2024-03-05T01:00:00.000Z'],
  ['2017-08-01 13:55:44.364419679 +0200 CEST', '2017-08-01T11:55:44.364Z'],
  ['2024-03-05T10:00:00 +01:00', '2024-03-05T09:00:00.000Z'],
  ['05.03.2024 10:00', '2024-03-05T10:00:00.000Z'],
  ['Mon, 01 Jan 0001 00:00:00 +0000', undefined],
  ['0001-01-01T00:00:00Z', undefined],
  ['1970-01-01T00:00:00Z', undefined],
  ['2022-02-11 19:58:02', '2022-02-11T19:58:02.000Z'],
  ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
  ['Thu Apr 7 15:13:13 2005 -0700', '2005-04-07T22:13:13.000Z'],
  ['Thu Apr  7 15:13:13 UTC 2005', '2005-04-07T15:13:13.000Z'],
  ['March 5, 2024', '2024-03-05T00:00:00.000Z'],
  ['5 Mar 2024 10:00', '2024-03-05T10:00:00.000Z'],
  ['Tue, 05 Mar 2024 10:00:00 IST', undefined],
  ['05/03/2024', undefined],
  ['2026-02-30T00:00:00Z', undefined],
  ['2026-01-31T25:00:00Z', undefined],
  ['2026-01-31T12:61:00Z', undefined],
  ['yesterday', undefined],
  ['', undefined],
  ['12', undefined],
  ['1.2.3', undefined],
])('the text %j is %s', (text, at) => {
  expect(iso(text)).toBe(at)
})

test('dates mean the same wherever this runs', () => {
  const before = process.env.TZ
  try {
    for (const zone of ['America/New_York', 'Asia/Tokyo', 'UTC']) {
      process.env.TZ = zone
      expect(iso('2022-02-11 19:58:02')).toBe('2022-02-11T19:58:02.000Z')
    }
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
})

test('whatever JSON can tell of a time between 1990 and 9999 is read as told', () => {
  const date = fc.date({ min: new Date('1990-01-01'), max: new Date('9999-12-30'), noInvalidDate: true })
  fc.assert(
    fc.property(date, (told) => {
      expect(readMoment(told.toISOString())).toBe(told.getTime())
      const seconds = Math.floor(told.getTime() / 1000)
      // 1e11 seconds are in the year 5138: the same number of milliseconds is in 1973.
      if (seconds < 1e11) expect(readMoment(seconds)).toBe(seconds * 1000)
      expect(readMoment(told.toUTCString())).toBe(seconds * 1000)
    }),
  )
})

test('any text is read in no time', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      const at = readMoment(text)
      expect(at === undefined || Number.isInteger(at)).toBe(true)
    }),
  )
})

test('nothing is believed of the future, and clocks may differ by minutes', () => {
  const arrived = Date.UTC(2026, 0, 15, 12)
  expect(believed(arrived - 1000, arrived)).toBe(arrived - 1000)
  expect(believed(arrived + 4 * 60_000, arrived)).toBe(arrived + 4 * 60_000)
  expect(believed(Date.UTC(2099, 0, 1), arrived)).toBe(arrived)
  expect(believed(0, arrived)).toBe(arrived)
})
