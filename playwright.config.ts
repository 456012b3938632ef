import { defineConfig } from '@playwright/test'
import { chromiumPath } from '#testing/servers/chromium.ts'

export default defineConfig({
  testDir: 'e2e',
  // The servers' own tests beside them are Vitest's.
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/build.setup.ts',
  projects: [
    { name: 'e2e', testIgnore: 'faults/**' },
    { name: 'faults', testMatch: 'faults/**/*.spec.ts' },
  ],
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  reporter: [['list']],
  use: {
    launchOptions: {
      executablePath: chromiumPath(),
      args: [
        // Root in a container has no user namespaces to sandbox with.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        // Takes the place of Playwright's own list, which turns off the partitioning of storage that browsers ship with.
        '--disable-features=Translate',
      ],
    },
    trace: 'retain-on-failure',
  },
})
