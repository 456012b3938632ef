const startHere = `This is a **hub**: a page for a team, made of cards that are never silently out of date. Each card says which
events make it stale; when one arrives, just that card changes, here and on every other screen that shows it.

**See it happen.** Keep this page open and paste into a terminal, with the token that the first start printed:

`

const curl = (origin: string) => `\`\`\`sh
HUBS_TOKEN=hubs_…
curl ${origin}/api/v1/events \\
  -H "Authorization: Bearer $HUBS_TOKEN" \\
  -H "Content-Type: application/cloudevents+json" \\
  -d '{"specversion":"1.0","id":"'$(date +%s)'","source":"me",
       "type":"deploy.prod.web","data":{"version":"1.4"}}'
\`\`\`

*Deployments* and *Happening now* change at once; nothing else moves.`

const publish = (
  base: string,
) => `- **HTTP**: CloudEvents to \`POST ${base}/api/v1/events\`, one at a time or in batches.
- **GitHub**: point a webhook at \`${base}/api/v1/hooks/github\`, and builds and pull requests follow.
- **NATS**: \`nats pub events.deploy.prod.web '{"version":"1.4"}'\`

No webhooks at hand? \`npm run replay -- github\` sends a day of real ones.`

const ownWidget = `A widget type is a folder of three files and four lines that register it:

1. \`widget.ts\` says what it takes, what it shows, and **which events make it stale**
2. \`loader.ts\` fetches the data
3. \`view.tsx\` draws it

\`npm run new:widget NAME\` begins one.`

const embed = (origin: string) => `Any card can live in a page elsewhere:

\`\`\`html
<script src="${origin}/embed.js"></script>
<hub-widget src="${origin}/embed/welcome-deployments"></hub-widget>
\`\`\`

Name the page’s origin in the hub’s \`embedOrigins\` first.`

/** Shows a newcomer what the product does, by doing it. */
export const welcome = (origin: string) => ({
  slug: 'welcome',
  title: 'Welcome to Hubs',
  summary: 'A page that keeps itself current. Look round, then make a card change.',
  visibility: 'public',
  widgets: [
    {
      id: 'welcome-start',
      type: 'notes',
      title: 'Start here',
      config: { text: startHere + curl(origin) },
      position: { x: 0, y: 0, w: 5, h: 6 },
    },
    {
      id: 'welcome-activity',
      type: 'activity',
      title: 'Happening now',
      config: { topics: ['>'], limit: 12 },
      position: { x: 5, y: 0, w: 4, h: 6 },
    },
    {
      id: 'welcome-clock',
      type: 'clock',
      title: 'Around the world',
      config: {
        zones: [
          { zone: 'America/Los_Angeles', label: 'San Francisco' },
          { zone: 'Europe/Prague', label: 'Prague' },
          { zone: 'Asia/Tokyo', label: 'Tokyo' },
        ],
      },
      position: { x: 9, y: 0, w: 3, h: 3 },
    },
    {
      id: 'welcome-links',
      type: 'links',
      title: 'Find your way',
      config: {
        groups: [
          {
            links: [
              { title: 'The design team’s hub', url: '/designteam' },
              { title: 'All hubs', url: '/' },
              { title: 'The API', url: '/api/v1/openapi.json' },
            ],
          },
        ],
      },
      position: { x: 9, y: 3, w: 3, h: 3 },
    },
    {
      id: 'welcome-builds',
      type: 'builds',
      title: 'Builds',
      config: { topics: ['ci.>'], limit: 10 },
      position: { x: 0, y: 6, w: 4, h: 5 },
    },
    {
      id: 'welcome-pulls',
      type: 'pulls',
      title: 'Open pull requests',
      config: { repositories: ['Codertocat/Hello-World'] },
      position: { x: 4, y: 6, w: 4, h: 5 },
    },
    {
      id: 'welcome-deployments',
      type: 'activity',
      title: 'Deployments',
      config: { topics: ['deploy.>'], limit: 8 },
      position: { x: 8, y: 6, w: 4, h: 5 },
    },
    {
      id: 'welcome-publish',
      type: 'notes',
      title: 'Publish events',
      config: { text: publish(new URL(origin).pathname.replace(/\/$/, '')) },
      position: { x: 0, y: 11, w: 4, h: 4 },
    },
    {
      id: 'welcome-widget',
      type: 'notes',
      title: 'Write a widget',
      config: { text: ownWidget },
      position: { x: 4, y: 11, w: 4, h: 4 },
    },
    {
      id: 'welcome-embed',
      type: 'notes',
      title: 'Embed a card',
      config: { text: embed(origin) },
      position: { x: 8, y: 11, w: 4, h: 4 },
    },
  ],
})
