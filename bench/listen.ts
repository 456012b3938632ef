import type { AddressInfo, Server } from 'node:net'

/** Listens on a free port of 127.0.0.1, ready for thousands who come at once; gives the port. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 8_192, resolve))
  return (server.address() as AddressInfo).port
}
