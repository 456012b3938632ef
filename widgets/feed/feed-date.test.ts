import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { feedDate } from './feed-date.ts'

const iso = (text: string) => {
  const time = feedDate(text)
  return time === undefined ? undefined : new Date(time).toISOString().replace('.000Z', 'Z')
}

test.each([
  ['Fri, 11 Feb 2022 19:58:02 CET', '2022-02-11T18:58:02Z'],
  ['Sat, 29 Jul 2017 00:00:00 CEST', '2017-07-28T22:00:00Z'],
  ['Thu, 30 Apr 2015 08:57:00 MEST', '2015-04-30T06:57:00Z'],
  ['Tue, 04 Jun 2024 10:25:00 BST', '2024-06-04T09:25:00Z'],
  ['Tue, 05 Mar 2024 10:00:00 JST', '2024-03-05T01:00:00Z'],
  ['2017-08-01 13:55:44.364419679 +0200 CEST', '2017-08-01T11:55:44Z'],
  ['2024-03-05T10:00:00 +01:00', '2024-03-05T09:00:00Z'],
  ['1171799695', '2007-02-18T11:54:55Z'],
  ['1171799695000', '2007-02-18T11:54:55Z'],
  ['05.03.2024 10:00', '2024-03-05T10:00:00Z'],
  ['2022-02-11 19:58:02', '2022-02-11T19:58:02Z'],
  ['Tue, 05 Mar 2024 10:00:00 GMT', '2024-03-05T10:00:00Z'],
  ['Tue, 5 March 2024 10:00 +0100', '2024-03-05T09:00:00Z'],
  ['5 Mar 24 10:00:00 EST', '2024-03-05T15:00:00Z'],
  ['Sun, 06 Nov 94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
  ['Tue, 05 Mar 2024 10:00:00 GMT+0200', '2024-03-05T08:00:00Z'],
  ['Tue, 05 Mar 2024 10:00:00 +0200 (EET)', '2024-03-05T08:00:00Z'],
  ['Tue, 05 Mar 2024 10:00:00 Somewhere/Else', '2024-03-05T10:00:00Z'],
  ['2024-03-05T10:00:00Z', '2024-03-05T10:00:00Z'],
  ['2024-03-05T10:00:00.5-05', '2024-03-05T15:00:00Z'],
  ['2024-03-05T10:00Z', '2024-03-05T10:00:00Z'],
  ['20240305T100000Z', '2024-03-05T10:00:00Z'],
  ['2024-03-05', '2024-03-05T00:00:00Z'],
  ['2024/03/05 10:00', '2024-03-05T10:00:00Z'],
  ['Tue Mar  5 10:00:00 2024', '2024-03-05T10:00:00Z'],
  ['Tue Mar 5 10:00:00 CET 2024', '2024-03-05T09:00:00Z'],
  ['March 5, 2024 at 10:05 PM', '2024-03-05T22:05:00Z'],
  ['Mar 5, 2024, 12:05 a.m. EST', '2024-03-05T05:05:00Z'],
  ['25/03/2024 10:00', '2024-03-25T10:00:00Z'],
  ['03/25/2024', '2024-03-25T00:00:00Z'],
  ['Fri, 31 Dec 2021 24:00:00 GMT', '2022-01-01T00:00:00Z'],
])('%s is %s', (text, time) => expect(iso(text)).toBe(time))

test.each([
  'Mon, 01 Jan 0001 00:00:00 +0000',
  '0001-01-01T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '1900-01-01',
  '03/05/2024 10:00',
  'Fri, 30 Feb 2024 10:00:00 GMT',
  '2024-13-05',
  '2024-03-05T25:00:00Z',
  'yesterday',
  'Issue 5',
  '2024',
  '',
  '-',
])('%s says no time for certain', (text) => expect(iso(text)).toBeUndefined())

test('a time is the same whatever zone the machine is in', () => {
  const times = ['2022-02-11 19:58:02', '05.03.2024 10:00', 'Tue Mar 5 10:00:00 2024', '5 Mar 2024 02:30 CET']
  const code = `import { feedDate } from ${JSON.stringify(import.meta.resolve('./feed-date.ts'))}
    console.log(JSON.stringify(${JSON.stringify(times)}.map(feedDate)))`
  for (const TZ of ['Pacific/Kiritimati', 'America/New_York']) {
    const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', code]
    const printed = execFileSync(process.execPath, args, { env: { NODE_ENV: 'test', TZ }, encoding: 'utf8' })
    expect(JSON.parse(printed)).toEqual(times.map(feedDate))
  }
})
