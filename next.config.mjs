// Nothing leaves the machine; set here as well, so that no way of starting Next forgets it.
process.env.NEXT_TELEMETRY_DISABLED = '1'

const origin = process.env.HUBS_ORIGIN ?? ''
const basePath = URL.canParse(origin) ? new URL(origin).pathname.replace(/\/$/, '') : ''

/** @type {import('next').NextConfig} */
export default {
  basePath,
  // Next writes the path into all it builds, so each has a build of its own; `backend/build-id.ts` looks for it there.
  // Not below `.next`, which it empties when it builds into that.
  distDir: basePath === '' ? '.next' : `.next-below/${basePath.slice(1).replaceAll('/', '~')}`,
  // For what we write ourselves. Not by `env`, which brings a `process` of its own into every script that reads it.
  compiler: { define: { HUBS_BASE_PATH: basePath } },
  poweredByHeader: false,
  compress: true,
  reactStrictMode: true,
  // Routes are components: a `page.ts` among plain modules is a module.
  pageExtensions: ['tsx'],
  // Types are a gate of their own (`npm run check`), over the whole project and not only over pages.
  // Next adds each folder it builds into to a configuration, but for one that extends another.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'app/tsconfig.json' },
  // Its default asks the network for advisories.
  experimental: { agentUpgrade: false },
}
