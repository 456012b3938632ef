import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { chunkOf, chunkSocket, writeChunks } from './chunk.ts'

const undo: (() => void)[] = []
afterEach(() => {
  for (const each of undo.splice(0)) each()
})

/** All a client gets of what `answer` writes, by a request sent as it stands. */
async function exchange(request: string, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  undo.push(() => server.close())
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8')
  socket.write(request)
  let text = ''
  for await (const part of socket) text += part
  return text
}

const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4)

function words(response: ServerResponse): void {
  response.writeHead(200)
  response.write('one ')
  const socket = chunkSocket(response)
  writeChunks(response, socket, [chunkOf('two ')])
  response.write('three ')
  writeChunks(response, socket, [chunkOf('für ’four’ '), chunkOf('five')])
  response.end()
}

test('chunks keep their place among other writes', async () => {
  const text = await exchange('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', words)
  const chunks = ['4\r\none ', '4\r\ntwo ', '6\r\nthree ', '10\r\nfür ’four’ ', '4\r\nfive', '0\r\n', '']
  expect(bodyOf(text)).toBe(chunks.join('\r\n'))
})

test('a client of HTTP/1.0 is sent the content alone', async () => {
  expect(bodyOf(await exchange('GET / HTTP/1.0\r\n\r\n', words))).toBe('one two three für ’four’ five')
})

test('a pipelined request is answered in its turn', async () => {
  const waiting: ServerResponse[] = []
  const twice = 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
  const text = await exchange(twice, (response) => {
    waiting.push(response)
    if (waiting.length < 2) return
    for (const [index, each] of waiting.toReversed().entries()) {
      each.writeHead(200)
      each.write(`begun ${index}, `)
      writeChunks(each, chunkSocket(each), [chunkOf(`ended ${index}`)])
      each.end()
    }
  })
  const told = [...text.matchAll(/begun (\d)[\s\S]*?ended \1/g)].map(([, index]) => index)
  expect(told).toEqual(['1', '0'])
})

test('a connection that takes no more is ended', async () => {
  const ended = exchange('GET / HTTP/1.1\r\nHost: a\r\n\r\n', (response) => {
    response.writeHead(200)
    response.write('one')
    const socket = chunkSocket(response)
    // As Node does when the client has said that it ends.
    socket?.end()
    writeChunks(response, socket, [chunkOf('two')])
    expect(response.destroyed).toBe(true)
  })
  expect(await ended).not.toContain('two')
})
