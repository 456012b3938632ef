import type { ToHolder } from '../core/messages.ts'
import { browserEnvironment } from './environment.ts'
import { openHolder } from './holder.ts'

const holder = openHolder(browserEnvironment)

addEventListener('connect', (event) => {
  // The types are those of a window, which has no such event.
  const [port] = (event as MessageEvent).ports
  if (!port) return
  port.onmessage = ({ data }: MessageEvent<ToHolder>) =>
    holder.receive(data, (message) => port.postMessage(message))
})
