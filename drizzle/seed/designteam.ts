const week = `### This week: the toolbar

We ship **larger touch targets** on Thursday. Until then:

- [x] Sizes agreed with the mobile team
- [x] Icons redrawn on the 24 px grid
- [ ] Contrast of the disabled state (Priya)
- [ ] Words for the release note (Jonas)

Critique is on **Wednesday at 14:00**; bring one screen, not ten.

**Next:** charts that can be read without colour.`

const principles = `1. **Say what is true.** If it is old, show how old.
2. **One thing changes, one thing moves.**
3. **Works with a keyboard** before it works with a mouse.
4. **Quiet until it matters.** Colour is for what needs somebody.

> Good design is as little design as possible. — Dieter Rams`

const people = `| Who | For what |
|---|---|
| **Mei** | components, icons |
| **Priya** | colour, charts, contrast |
| **Jonas** | words, research |
| **Amara** | lead; ask her anything |

Office hours: Tuesdays, 10 to 12.`

/** What a team makes of a hub. */
export const designteam = {
  slug: 'designteam',
  title: 'Design team',
  summary: 'What we are working on, what changed, and how to reach us.',
  visibility: 'public',
  widgets: [
    {
      id: 'designteam-week',
      type: 'notes',
      title: 'Now',
      config: { text: week },
      position: { x: 0, y: 0, w: 4, h: 5 },
    },
    {
      id: 'designteam-activity',
      type: 'activity',
      title: 'What changed',
      config: { topics: ['github.designteam.>', 'release.design.>', 'deploy.*.storybook'], limit: 12 },
      position: { x: 4, y: 0, w: 5, h: 5 },
    },
    {
      id: 'designteam-clock',
      type: 'clock',
      title: 'Where we are',
      config: {
        zones: [
          { zone: 'America/New_York', label: 'Amara · New York' },
          { zone: 'Europe/Berlin', label: 'Jonas · Berlin' },
          { zone: 'Asia/Kolkata', label: 'Priya · Pune' },
          { zone: 'Asia/Taipei', label: 'Mei · Taipei' },
        ],
      },
      position: { x: 9, y: 0, w: 3, h: 5 },
    },
    {
      id: 'designteam-pulls',
      type: 'pulls',
      title: 'Waiting for review',
      config: { repositories: ['designteam/design-system', 'designteam/icons'], showDrafts: true },
      position: { x: 0, y: 5, w: 4, h: 5 },
    },
    {
      id: 'designteam-builds',
      type: 'builds',
      title: 'Builds',
      config: { repositories: ['designteam/*'], topics: ['ci.design.>'], limit: 8 },
      position: { x: 4, y: 5, w: 5, h: 5 },
    },
    {
      id: 'designteam-links',
      type: 'links',
      title: 'Our places',
      config: {
        groups: [
          {
            title: 'Here',
            links: [
              { title: 'Welcome', url: '/welcome', note: 'how hubs work' },
              { title: 'All hubs', url: '/' },
              { title: 'What changed, on its own page', url: '/designteam/w/designteam-activity' },
            ],
          },
          {
            title: 'Reach us',
            links: [
              { title: 'The whole team', url: 'mailto:design@example.org' },
              { title: 'Ask for a critique', url: 'mailto:design@example.org?subject=Critique' },
            ],
          },
        ],
      },
      position: { x: 9, y: 5, w: 3, h: 5 },
    },
    {
      id: 'designteam-feedback',
      type: 'activity',
      title: 'Heard from people',
      config: { topics: ['feedback.>'], limit: 8 },
      position: { x: 0, y: 10, w: 5, h: 4 },
    },
    {
      id: 'designteam-principles',
      type: 'notes',
      title: 'Principles',
      config: { text: principles },
      position: { x: 5, y: 10, w: 4, h: 4 },
    },
    {
      id: 'designteam-people',
      type: 'notes',
      title: 'Who does what',
      config: { text: people },
      position: { x: 9, y: 10, w: 3, h: 4 },
    },
  ],
}
