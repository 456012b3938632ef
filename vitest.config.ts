import { defineConfig } from 'vitest/config'

const skipped = ['**/node_modules/**', '**/dist/**', '**/.next*/**']
const servers = '**/*.{redis,nats,pg,servers}.test.ts'
const model = '**/*.model.test.ts'

export default defineConfig({
  test: {
    // Processes, not threads: a test may start servers, which end with their process.
    pool: 'forks',
    maxWorkers: 2,
    // A limit ends what hangs; how long things take is no test, and the machine may be busy.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // Servers of our own are one a file; a given one is shared, and emptied by each file.
    fileParallelism: !process.env.TEST_REDIS_URL && !process.env.TEST_NATS_URL,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['**/*.test.{ts,tsx}'], exclude: [...skipped, servers, model] },
      },
      {
        extends: true,
        test: {
          name: 'servers',
          include: [servers],
          exclude: skipped,
        },
      },
      {
        extends: true,
        test: {
          name: 'model',
          include: [model],
          exclude: skipped,
          testTimeout: 3_600_000,
        },
      },
    ],
  },
})
