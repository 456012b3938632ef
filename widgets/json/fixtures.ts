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
  { name: 'An empty list', config: { url, as: 'list' }, data: { as: 'list', items: [], more: 0 } },
]
