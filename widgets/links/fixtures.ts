import type { Sample } from '../define.ts'

const groups = [
  {
    title: 'Every day',
    links: [
      { title: 'Team chat', url: 'https://chat.example.org/designteam', note: 'Ask here first' },
      { title: 'Board', url: 'https://board.example.org/design' },
      { title: 'All hubs', url: '/' },
    ],
  },
  {
    title: 'When it burns',
    links: [
      { title: 'Runbook', url: 'https://docs.example.org/runbook', note: 'Start with page one' },
      { title: 'Person on call', url: 'mailto:oncall@example.org' },
    ],
  },
]

export const samples: readonly Sample[] = [
  { name: 'Two groups', config: { groups }, data: { groups } },
  {
    name: 'One list without a heading',
    config: { groups: [{ links: [{ title: 'Handbook', url: 'https://docs.example.org/handbook' }] }] },
    data: { groups: [{ links: [{ title: 'Handbook', url: 'https://docs.example.org/handbook' }] }] },
  },
  { name: 'Nothing yet', config: { groups: [] }, data: { groups: [] } },
]
