import type { Sample } from '../define.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const hour = 3_600_000

export const samples: readonly Sample[] = [
  {
    name: 'Two repositories',
    config: { repositories: ['acme/api', 'acme/design'], limit: 3 },
    data: {
      pulls: [
        {
          repository: 'acme/api',
          number: 3,
          title: 'Fix login when the session has ended',
          author: 'octocat',
          draft: false,
          href: 'https://github.com/acme/api/pull/3',
          createdAt: noon - 5 * hour,
          updatedAt: noon - hour,
        },
        {
          repository: 'acme/design',
          number: 118,
          title: 'Larger touch targets in the toolbar',
          author: 'monalisa',
          draft: true,
          href: 'https://github.com/acme/design/pull/118',
          createdAt: noon - 50 * hour,
          updatedAt: noon - 4 * hour,
        },
        {
          repository: 'acme/api',
          number: 2,
          title: 'Bump dependencies',
          author: 'dependabot[bot]',
          draft: false,
          href: 'https://github.com/acme/api/pull/2',
          createdAt: noon - 80 * hour,
          updatedAt: noon - 30 * hour,
        },
      ],
      open: 5,
      complete: true,
      from: 'events',
    },
  },
  {
    name: 'None open',
    config: { repositories: ['acme/docs'], showDrafts: false },
    data: { pulls: [], open: 0, complete: true, from: 'api' },
  },
]
