import type { Sample } from '../define.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const hour = 3_600_000

export const samples: readonly Sample[] = [
  {
    name: 'A repository on the web',
    config: { repository: 'https://github.com/acme/api', ref: 'main', limit: 3 },
    data: {
      commits: [
        {
          hash: '5779607b49aab1200488439f02372c57b4f75444',
          subject: 'login: end the session everywhere at once',
          author: 'Mona Lisa',
          time: noon - hour,
          href: 'https://github.com/acme/api/commit/5779607b49aab1200488439f02372c57b4f75444',
        },
        {
          hash: '9049f1265b7d61be4a8904a9a27120d2064dab3b',
          subject: 'Merge pull request #2 from acme/dependencies',
          author: 'octocat',
          time: noon - 6 * hour,
          href: 'https://github.com/acme/api/commit/9049f1265b7d61be4a8904a9a27120d2064dab3b',
        },
        {
          hash: 'c441029cf673f84c8b7db52d0a5944ee5c52ff89',
          subject: 'search: ask the index once per page instead of once per row, which took a second each',
          author: 'Anna Müller',
          time: noon - 26 * hour,
          href: 'https://github.com/acme/api/commit/c441029cf673f84c8b7db52d0a5944ee5c52ff89',
        },
      ],
    },
  },
  {
    name: 'A folder without commits',
    config: { repository: '/srv/git/new.git', refreshOn: ['deploy.>'] },
    data: { commits: [] },
  },
]
