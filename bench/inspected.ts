import { WebSocket } from 'undici'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { type Profile, profileOf } from './profile.ts'
import type { Usage } from './verbs.ts'

/** The built product, and what its process says of itself through Node's inspector: nothing in it knows of benchmarks. */
export interface InspectedProduct extends RunningProduct {
  /** With `collect`, after a garbage collection. */
  usage(collect?: boolean): Promise<Usage>
  /** Starts watching how late its timers are, or says the most milliseconds seen since and starts anew. */
  lag(): Promise<number>
  /** Where its CPU goes during `work`. */
  profile(work: () => Promise<void>): Promise<Profile>
}

/** Milliseconds between two looks at the loop. */
const LOOK = 1

export async function startInspected(
  options: Omit<Parameters<typeof startProduct>[0], 'command'>,
): Promise<InspectedProduct> {
  const command = [
    process.execPath,
    '--inspect=127.0.0.1:0',
    '--max-semi-space-size=32',
    'dist/main.js',
  ] as const
  const product = await startProduct({ ...options, command })
  const said = product.logs.find((line) => line.startsWith('Debugger listening on '))
  if (!said) throw new Error('The product did not open its inspector.')
  const inspector = await openInspector(said.slice('Debugger listening on '.length))
  await inspector.evaluate(
    `globalThis.loopDelay = process.getBuiltinModule('node:perf_hooks').monitorEventLoopDelay({ resolution: ${LOOK} })`,
  )
  const stop = product.stop
  return Object.assign(product, {
    async stop() {
      // A process that ends waits for its inspector to go.
      inspector.close()
      await stop()
    },
    async usage(collect = false) {
      if (collect) for (let round = 0; round < 2; round++) await inspector.send('HeapProfiler.collectGarbage')
      const text = await inspector.evaluate(
        'JSON.stringify({ cpu: process.cpuUsage(), memory: process.memoryUsage() })',
      )
      const { cpu, memory } = JSON.parse(text)
      return { cpu: (cpu.user + cpu.system) / 1_000, rss: memory.rss, heap: memory.heapUsed }
    },
    async lag() {
      const most = await inspector.evaluate(
        '(() => { loopDelay.disable(); const most = loopDelay.max; loopDelay.reset(); loopDelay.enable(); return String(most) })()',
      )
      return Math.max(0, Number(most) / 1e6 - LOOK)
    },
    async profile(work: () => Promise<void>) {
      await inspector.send('Profiler.enable')
      await inspector.send('Profiler.setSamplingInterval', { interval: 200 })
      await inspector.send('Profiler.start')
      await work()
      const { profile } = await inspector.send('Profiler.stop')
      return profileOf(profile, ({ url }) => cityOf(url))
    },
  })
}

function cityOf(url: string): string {
  if (url.includes('/node_modules/next/')) return 'React and Next'
  if (url.includes('/.next/')) return 'components and TanStack Query'
  return url.endsWith('/dist/main.js') ? 'backend' : 'other packages'
}

interface Inspector {
  // biome-ignore lint/suspicious/noExplicitAny: the protocol's answers have many shapes
  send(method: string, params?: object): Promise<any>
  /** Of an expression that gives a text. */
  evaluate(expression: string): Promise<string>
  close(): void
}

async function openInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url)
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('The inspector cannot be reached.')))
  })
  const waits = new Map<number, (answer: never) => void>()
  let sent = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data))
    waits.get(id)?.(result as never)
    waits.delete(id)
  })
  const send: Inspector['send'] = (method, params = {}) =>
    new Promise((resolve) => {
      sent += 1
      waits.set(sent, resolve)
      socket.send(JSON.stringify({ id: sent, method, params }))
    })
  return {
    send,
    close: () => socket.close(),
    async evaluate(expression) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true })
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      return result.value
    },
  }
}
