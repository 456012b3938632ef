import type { Sample } from '../define.ts'

export const samples: readonly Sample[] = [
  {
    name: 'A team says who it is',
    config: {
      text: '## Design team\n\nWe draw, test and **listen**. Office hours: _Tuesdays_.\n\n- [ ] Icons\n- [x] Colours\n\nRead the [handbook](https://docs.example.org/handbook).',
    },
    data: {
      html: '<h3>Design team</h3>\n<p>We draw, test and <strong>listen</strong>. Office hours: <em>Tuesdays</em>.</p>\n<ul>\n<li><input type="checkbox" aria-label="to do" disabled="" /> Icons</li>\n<li><input type="checkbox" aria-label="done" disabled="" checked="" /> Colours</li>\n</ul>\n<p>Read the <a href="https://docs.example.org/handbook" target="_blank" rel="noopener noreferrer">handbook</a>.</p>',
    },
  },
  { name: 'Nothing written yet', config: { text: '' }, data: { html: '' } },
]
