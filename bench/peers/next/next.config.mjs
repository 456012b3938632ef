import { join } from 'node:path'

process.env.NEXT_TELEMETRY_DISABLED = '1'

/** @type {import('next').NextConfig} */
export default {
  // Next itself is the product's.
  turbopack: { root: join(import.meta.dirname, '../../..') },
  experimental: { agentUpgrade: false },
}
