import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { selfSigned } from './certificate.fixtures.ts'

export interface GitServer {
  readonly port: number
  readonly cert: string
  /** Requests so far, as `METHOD /path`. */
  readonly requests: string[]
  /** Answers in place of git when it returns true. */
  before: (request: IncomingMessage, response: ServerResponse) => boolean
  close(): void
}

/** Serves the repositories below `root` over https on 127.0.0.1, by git's own CGI program. */
export async function startGitServer(root: string, ...names: string[]): Promise<GitServer> {
  const { cert, key } = selfSigned(...names)
  const programs = execFileSync('git', ['--exec-path']).toString().trim()
  const server = createServer({ cert, key }, (request, response) => {
    served.requests.push(`${request.method} ${request.url}`)
    if (!served.before(request, response)) cgi(programs, root, request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const served: GitServer = {
    port: (server.address() as AddressInfo).port,
    cert,
    requests: [],
    before: () => false,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return served
}

function cgi(programs: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'https://localhost')
  const child = spawn(join(programs, 'git-http-backend'), {
    env: {
      NODE_ENV: 'test',
      PATH: programs,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  request.pipe(child.stdin)
  // The program may end before it has read everything.
  child.stdin.on('error', () => {})
  let head: Buffer | undefined = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    let status = 200
    for (const line of head.subarray(0, end).toString().split('\r\n')) {
      const [field = '', value = ''] = line.split(/:\s*(.*)/s)
      if (field.toLowerCase() === 'status') status = Number.parseInt(value, 10)
      else response.setHeader(field, value)
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
    head = undefined
  })
  child.on('close', () => response.end())
}
