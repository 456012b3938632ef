import type { Sample } from '../define.ts'

const noon = Date.UTC(2026, 0, 15, 12)
const minute = 60_000

export const samples: readonly Sample[] = [
  {
    name: 'A busy morning',
    config: { topics: ['github.acme.>', 'deploy.>', 'ci.>'] },
    data: {
      lines: [
        {
          id: 'deploy-91',
          actor: 'octocat',
          text: 'deployed web 1.4 to prod',
          topic: 'deploy.prod.web',
          time: noon - 2 * minute,
          count: 1,
        },
        {
          id: 'pull-3',
          actor: 'octocat',
          text: 'opened pull request #3 Fix login in acme/api',
          href: 'https://github.com/acme/api/pull/3',
          topic: 'github.acme.api.pull_request.opened',
          time: noon - 9 * minute,
          count: 1,
        },
        {
          id: 'push-17',
          text: '3 pushes to acme/api by hubot',
          href: 'https://github.com/acme/api',
          topic: 'github.acme.api.push.-',
          time: noon - 25 * minute,
          count: 3,
        },
        {
          id: 'ci-88',
          text: 'web / test failed on main',
          href: 'https://ci.example.org/web/88',
          topic: 'ci.web.test',
          time: noon - 40 * minute,
          count: 1,
        },
        {
          id: 'release-5',
          actor: 'monalisa',
          text: 'published release 2.1.0 of acme/design',
          href: 'https://github.com/acme/design/releases/tag/2.1.0',
          topic: 'github.acme.design.release.published',
          time: noon - 190 * minute,
          count: 1,
        },
      ],
    },
  },
  { name: 'Nothing yet', config: { topics: ['deploy.staging.>'], limit: 5 }, data: { lines: [] } },
]
