import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { contextWith } from '../context.fixtures.ts'
import { implement } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { cityOf, face } from './face.ts'
import { load } from './loader.ts'
import { offsetOf } from './offset.ts'
import ClockView from './view.tsx'
import { clock } from './widget.ts'

const type = implement(clock, load)
const loadZones = (zones: string[], now: number) => type.load({ zones }, contextWith({ now }))

test('no event makes a clock stale, only time does', () => {
  expect(matches(clock.interests(), { topic: 'deploy.prod.web' })).toBe(false)
})

test.each(clock.samples)('loads $name', async ({ config, data }) => {
  const loaded = await type.load(type.params(type.parseConfig(config)), contextWith())
  expect(loaded.data).toEqual(data)
})

describe('the result is right until an offset changes', () => {
  const march = Date.UTC(2026, 2, 29, 1)

  test('which is the earliest change of all zones', async () => {
    const loaded = await loadZones(['Europe/Prague', 'America/New_York', 'UTC'], Date.UTC(2026, 0, 15))
    expect(loaded.nextChangeAt).toBe(Date.UTC(2026, 2, 8, 7))
  })

  test('a second before and at the change', async () => {
    const zone = async (now: number) => {
      const loaded = await loadZones(['Europe/Prague'], now)
      return [loaded.data, loaded.nextChangeAt]
    }
    expect(await zone(march - 1000)).toEqual([
      { zones: [{ zone: 'Europe/Prague', offset: 60, next: { at: march, offset: 120 } }] },
      march,
    ])
    const october = Date.UTC(2026, 9, 25, 1)
    expect(await zone(march)).toEqual([
      { zones: [{ zone: 'Europe/Prague', offset: 120, next: { at: october, offset: 60 } }] },
      october,
    ])
  })

  test('and for a day at a time where it does not', async () => {
    const loaded = await loadZones(['UTC', 'Asia/Kolkata'], march)
    expect(loaded.nextChangeAt).toBeUndefined()
  })
})

test.each([
  ['Asia/Kathmandu', 345],
  ['America/St_Johns', -210],
  ['Pacific/Kiritimati', 840],
  ['Etc/GMT+12', -720],
])('%s is %i minutes from UTC', (zone, offset) => {
  expect(offsetOf(zone)(Date.UTC(2026, 0, 1, 0, 0, 0, 999))).toBe(offset)
})

test.each([
  ['no zones', { zones: [] }],
  ['a zone nobody knows', { zones: [{ zone: 'Europe/Atlantis' }] }],
  ['a bare offset', { zones: [{ zone: '+01:00' }] }],
  ['an unknown field', { zones: [{ zone: 'UTC', offset: 0 }] }],
  ['thirteen zones', { zones: Array.from({ length: 13 }, () => ({ zone: 'UTC' })) }],
  ['a name for a zone', { zones: ['UTC'] }],
])('refuses %s', (_, config) => expect(clock.config.safeParse(config).success).toBe(false))

describe('a face', () => {
  const prague = { zone: 'Europe/Prague', offset: 60, next: { at: Date.UTC(2026, 2, 29, 1), offset: 120 } }

  test.each([
    [Date.UTC(2026, 0, 15, 12, 4, 59), '13:04', '1:04 pm', 'Thu, UTC+1', 'day'],
    [Date.UTC(2026, 0, 14, 23), '00:00', '12:00 am', 'Thu, UTC+1', 'night'],
    [Date.UTC(2026, 0, 15, 11), '12:00', '12:00 pm', 'Thu, UTC+1', 'day'],
    [Date.UTC(2026, 2, 29, 0, 59), '01:59', '1:59 am', 'Sun, UTC+1', 'night'],
    [Date.UTC(2026, 2, 29, 1), '03:00', '3:00 am', 'Sun, UTC+2', 'night'],
  ])('at %i shows %s', (now, time, time12, day, light) => {
    expect(face(prague, now, false)).toEqual({ time, day, light })
    expect(face(prague, now, true).time).toBe(time12)
  })

  test('names offsets as people do', () => {
    const day = (offset: number) => face({ zone: 'x', offset, next: null }, 0, false).day
    expect([day(0), day(330), day(-210)]).toEqual(['Thu, UTC', 'Thu, UTC+5:30', 'Wed, UTC−3:30'])
  })

  test('names places as people do', () => {
    expect([cityOf('UTC'), cityOf('America/Argentina/Buenos_Aires')]).toEqual(['UTC', 'Buenos Aires'])
  })
})

test('the view shows the time by the server’s clock, labels from the config', () => {
  const html = renderToStaticMarkup(
    <ClockView
      data={{
        zones: [
          { zone: 'UTC', offset: 0, next: null },
          { zone: 'Asia/Kolkata', offset: 330, next: null },
          { zone: 'Asia/Kolkata', offset: 330, next: null },
        ],
      }}
      config={{
        zones: [
          { zone: 'UTC' },
          { zone: 'Asia/Kolkata', label: 'Pune' },
          { zone: 'Asia/Kolkata', label: 'Delhi' },
        ],
        hour12: false,
      }}
    />,
  )
  expect(html).toMatch(/>UTC<.*>Pune<.*>Delhi</s)
  expect(html.match(/>\d\d:\d\d</g)).toHaveLength(3)
})

test('the view stands data that is older or newer than its config', () => {
  const html = renderToStaticMarkup(
    <ClockView
      data={{ zones: [{ zone: 'Europe/Prague', offset: 60, next: null }] }}
      config={{ zones: [{ zone: 'UTC', label: 'Home' }, { zone: 'Asia/Kolkata' }], hour12: true }}
    />,
  )
  expect(html).toContain('>Prague<')
  expect(html).not.toContain('Home')
})
