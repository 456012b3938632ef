import type { Sample } from '../define.ts'

const url = 'https://status.example.org/api.json'

export const samples: readonly Sample[] = [
  {
    name: 'A number',
    config: {
      url,
      pick: '$count(incidents)',
      as: 'number',
      label: 'Open incidents',
      refreshOn: ['status.>'],
    },
    data: { as: 'number', value: 3 },
  },
  {
    name: 'A number with a unit',
    config: { url, pick: 'latency.p95', as: 'number', label: 'Latency, p95', unit: 'ms' },
    data: { as: 'number', value: 1234.5 },
  },
  {
    name: 'A text',
    config: { url, pick: 'deploy.version', as: 'text', label: 'In production' },
    data: { as: 'text', value: '2026.1.4' },
  },
  {
    name: 'A list',
    config: { url, pick: 'incidents.title', as: 'list' },
    data: { as: 'list', items: ['Search is slow', 'Mail waits', 'Uploads fail for some'], more: 0 },
  },
  {
    name: 'A table',
    config: { url, pick: 'services', as: 'table', maxAge: 60 },
    data: {
      as: 'table',
      columns: ['name', 'up', 'load'],
      rows: [
        ['api', true, 0.42],
        ['search', false, null],
      ],
      more: 12,
    },
  },
  {
    name: 'A table of ids, bytes and money',
    config: {
      ...{ url, pick: 'builds', as: 'table', currency: 'EUR' },
      format: { size: 'bytes', cost: 'money', took: 'duration', finished: 'date' },
    },
    data: {
      as: 'table',
      columns: ['id', 'size', 'cost', 'took', 'finished'],
      rows: [
        [7_483_721, 734_003_200, 0.42, 754, 1_768_478_400],
        ['9007199254740993', 512, 0, 8.5, 1_768_478_460],
      ],
      more: 0,
    },
  },
  { name: 'An empty list', config: { url, as: 'list' }, data: { as: 'list', items: [], more: 0 } },
]
