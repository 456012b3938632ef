import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname, relative } from 'node:path'

/** Characters one request or answer may have. */
const LIMIT = 16 * 1024 * 1024

/** Carries out one request of another process of this user. What it throws is told with its `code` and `errors`. */
export type Control = (request: unknown) => Promise<unknown>

type Reply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly message: string; readonly code?: unknown; readonly errors?: unknown }

/** What the other process refused. */
export class ControlError extends Error {
  readonly code: unknown
  readonly errors: unknown
  constructor({ message, code, errors }: { message: string; code?: unknown; errors?: unknown }) {
    super(message)
    this.name = 'ControlError'
    this.code = code
    this.errors = errors
  }
}

/**
 * Listens at `path`, for this user alone; `onSocket` takes each connection.
 * @throws when the path is taken or too long, or its file system has no sockets
 */
export async function listenAt(path: string, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onSocket)
  server.listen(socketPath(path))
  await once(server, 'listening').catch((error: unknown) => {
    throw noSockets.has((error as { code?: string }).code ?? '') ? withoutSockets(path, error) : error
  })
  await chmod(path, 0o600)
  // A server that only waits for others must not keep its process.
  server.unref()
  return server
}

/** One JSON line in, one out, per connection. */
export async function serveControl(path: string, control: Control): Promise<Server> {
  return listenAt(path, (socket) => {
    socket.on('error', () => socket.destroy())
    readLine(socket)
      .then((line) => reply(line, control))
      .then((answer) => socket.end(`${JSON.stringify(answer)}\n`))
      .catch(() => socket.destroy())
  })
}

async function reply(line: string, control: Control): Promise<Reply> {
  try {
    return { ok: true, result: await control(JSON.parse(line)) }
  } catch (error) {
    const { message, code, errors } = error as { message?: unknown; code?: unknown; errors?: unknown }
    return { ok: false, message: typeof message === 'string' ? message : String(error), code, errors }
  }
}

/** Asks the process that listens at `path`. Nothing when none does. @throws ControlError when it refuses. */
export async function askControl(
  path: string,
  request: unknown,
): Promise<{ readonly result: unknown } | undefined> {
  const socket = await connectTo(path)
  if (!socket) return undefined
  socket.write(`${JSON.stringify(request)}\n`)
  const answer = JSON.parse(await readLine(socket)) as Reply
  socket.destroy()
  if (!answer.ok) throw new ControlError(answer)
  return { result: answer.result }
}

/** A connection to whoever listens at `path`; nothing when nobody does. @throws when it cannot be told. */
export async function connectTo(path: string): Promise<Socket | undefined> {
  const socket = connect(socketPath(path))
  try {
    await once(socket, 'connect')
    return socket
  } catch (error) {
    const { code } = error as { code?: unknown }
    // Left behind by a process that died, or removed meanwhile.
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return undefined
    throw error
  }
}

async function readLine(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8')
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += chunk
    if (text.length > LIMIT) throw new Error(`A control message has at most ${LIMIT} characters.`)
    if (text.endsWith('\n')) return text
  }
  throw new Error('The other process went away without an answer.')
}

/** What systems answer where a file system knows no sockets. Not EACCES, which a missing right gives. */
const noSockets = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

function withoutSockets(path: string, cause: unknown): Error {
  return new Error(
    `The file system of HUBS_DATA (${dirname(path)}) allows no sockets, as shares of Windows, VirtualBox and Docker Desktop do not. Set HUBS_DATA to a folder on a disk of this machine, or give the container a named volume.`,
    { cause },
  )
}

/** Systems cut the path of a socket at 104 or 108 bytes, some without a word. */
function socketPath(path: string): string {
  const short = relative(process.cwd(), path)
  const chosen = short.length < path.length ? short : path
  if (Buffer.byteLength(chosen) <= 103) return chosen
  throw new Error(`The path ${path} is too long for a socket: choose a shorter HUBS_DATA.`)
}
