import type { Sample } from '../define.ts'

export const samples: readonly Sample[] = [
  {
    name: 'A team blog',
    config: { url: 'https://blog.example.org/feed.xml', limit: 3, refreshOn: ['blog.design.>'] },
    data: {
      title: 'Design blog',
      items: [
        {
          title: 'A calmer palette',
          link: 'https://blog.example.org/calmer-palette',
          time: Date.UTC(2026, 0, 14, 9, 30),
          source: 'Mizuki',
        },
        {
          title:
            'What we learned from forty interviews about how people find their way around a new team’s page',
          link: 'https://blog.example.org/forty-interviews',
          time: Date.UTC(2026, 0, 9, 16),
          source: '',
        },
        { title: 'An item without a link', link: null, time: null, source: 'Amara' },
      ],
    },
  },
  {
    name: 'A feed with nothing in it',
    config: { url: 'https://blog.example.org/empty.xml' },
    data: { title: 'Quiet blog', items: [] },
  },
]
