import type { ToHolder, ToPage } from '../core/messages.ts'
import type { Transport } from './channel.ts'

/** The holder in a worker that all documents of the origin share. A deploy names another worker. */
export function bySharedWorker(build: string): Transport {
  return (receive, failed) => {
    const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
      type: 'module',
      name: `hubs-live ${build}`,
    })
    worker.onerror = failed
    const { port } = worker
    port.onmessage = ({ data }: MessageEvent<ToPage>) => receive(data)
    const send = (message: ToHolder) => port.postMessage(message)
    send({ kind: 'knock' })
    return {
      send,
      close() {
        worker.onerror = null
        port.close()
      },
    }
  }
}
