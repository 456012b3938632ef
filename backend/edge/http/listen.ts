import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Connections that may wait to be taken: thousands of streams come back at once after a network was away. */
const BACKLOG = 4_096

/** Resolves with the port. @throws Error with a plain sentence when something else has it */
export async function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} on ${host} is in use. Stop what uses it, or set PORT to another one.`
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error)
    })
    server.listen(port, host, BACKLOG, resolve)
  })
  return (server.address() as AddressInfo).port
}
