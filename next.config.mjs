// Nothing leaves the machine; set here as well, so that no way of starting Next forgets it.
process.env.NEXT_TELEMETRY_DISABLED = '1'

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  compress: true,
  reactStrictMode: true,
  // Routes are components: a `page.ts` among plain modules is a module.
  pageExtensions: ['tsx'],
  // Types are a gate of their own (`npm run check`), over the whole project and not only over pages.
  typescript: { ignoreBuildErrors: true },
  // Its default asks the network for advisories.
  experimental: { agentUpgrade: false },
}
