import type { Sample } from '../define.ts'

export const samples: readonly Sample[] = [
  {
    name: 'A team on three continents',
    config: {
      zones: [
        { zone: 'Europe/Prague' },
        { zone: 'America/New_York', label: 'New York' },
        { zone: 'Asia/Kolkata', label: 'Pune' },
      ],
    },
    data: {
      zones: [
        { zone: 'Europe/Prague', offset: 60, next: { at: Date.UTC(2026, 2, 29, 1), offset: 120 } },
        { zone: 'America/New_York', offset: -300, next: { at: Date.UTC(2026, 2, 8, 7), offset: -240 } },
        { zone: 'Asia/Kolkata', offset: 330, next: null },
      ],
    },
  },
  {
    name: 'One zone, twelve hours',
    config: { zones: [{ zone: 'UTC' }], hour12: true },
    data: { zones: [{ zone: 'UTC', offset: 0, next: null }] },
  },
]
