import { connect } from 'node:net'

/** Milliseconds of silence after which what listens is not the server asked for, or not ready. */
const PATIENCE = 2_000

/** Whether what listens on the port says `expected` after `greeting` was sent. */
export function answers(port: number, greeting: string, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(greeting))
    let heard = ''
    const finish = (yes: boolean): void => {
      socket.destroy()
      resolve(yes)
    }
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1')
      if (heard.includes(expected)) finish(true)
      else if (heard.includes('\n')) finish(false)
    })
    socket.setTimeout(PATIENCE, () => finish(false))
    socket.on('error', () => finish(false))
    socket.on('close', () => finish(false))
  })
}
