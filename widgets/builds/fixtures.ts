import type { Sample } from '../define.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const minute = 60_000

export const samples: readonly Sample[] = [
  {
    name: 'One failing, one running',
    config: { repositories: ['acme/api', 'acme/design'], topics: ['ci.>'] },
    data: {
      builds: [
        {
          id: 'acme/api\nCI\nmain',
          job: 'CI',
          repository: 'acme/api',
          branch: 'main',
          state: 'failed',
          href: 'https://github.com/acme/api/actions/runs/412',
          version: '#412',
          startedAt: noon - 12 * minute,
          finishedAt: noon - 8 * minute,
          time: noon - 8 * minute,
        },
        {
          id: '\nweb / test\nmain',
          job: 'web / test',
          branch: 'main',
          state: 'running',
          before: 'passed',
          href: 'https://ci.example.org/web/88',
          version: '1.4.2',
          startedAt: noon - 2 * minute,
          time: noon - 2 * minute,
        },
        {
          id: 'acme/design\nPages\nmain',
          job: 'Pages',
          repository: 'acme/design',
          branch: 'main',
          state: 'passed',
          href: 'https://github.com/acme/design/actions/runs/57',
          version: '#57',
          startedAt: noon - 45 * minute,
          finishedAt: noon - 44 * minute,
          time: noon - 44 * minute,
        },
        {
          id: '\nnightly import\n',
          job: 'nightly import',
          state: 'cancelled',
          finishedAt: noon - 600 * minute,
          time: noon - 600 * minute,
        },
      ],
      counts: { failed: 1, running: 1, queued: 0, passed: 1, cancelled: 1, skipped: 0 },
    },
  },
  {
    name: 'Nothing built yet',
    config: { repositories: ['acme/*'], topics: [], limit: 5 },
    data: { builds: [], counts: { failed: 0, running: 0, queued: 0, passed: 0, cancelled: 0, skipped: 0 } },
  },
]
