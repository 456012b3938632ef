import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { chromium } from '@playwright/test'
import { chromiumPath } from '#testing/servers/chromium.ts'
import { openFullHub } from './full-hub.ts'
import type { Row } from './row.ts'
import { figure } from './spread.ts'

const KB = 1024

/** What a browser that reads a hub fetches of scripts: noted on the way, so that workers' are among them. */
export async function browserScript(): Promise<readonly Row[]> {
  const product = await openFullHub()
  const scripts = new Map<string, number>()
  // Passes everything on, and notes the scripts.
  const relay = createServer((asked, answer) => {
    const { method, headers } = asked
    const onward = request(`${product.url}${asked.url}`, { method, headers }, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers)
      const isScript = came.headers['content-type']?.includes('javascript') ?? false
      const chunks: Buffer[] = []
      if (isScript) came.on('data', (chunk: Buffer) => chunks.push(chunk))
      came.on('end', () => {
        if (isScript) scripts.set(asked.url ?? '', gzipSync(Buffer.concat(chunks)).length)
      })
      came.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.setExtraHTTPHeaders({ 'accept-encoding': 'identity' })
    await page.goto(`http://127.0.0.1:${(relay.address() as AddressInfo).port}/full`)
    await page.locator('main[data-live=live]').waitFor()
    const html = await (await fetch(`${product.url}/full`)).text()
    const inHtml = [...scripts].filter(([path]) => html.includes(path.split('?')[0] ?? path))
    const sum = (some: Iterable<[string, number]>) => [...some].reduce((bytes, [, size]) => bytes + size, 0)
    const total = sum(scripts)
    return [
      {
        what: 'browser JavaScript for reading a hub of every demo widget type',
        target: '<= 175 KB gzip',
        measured: `${figure(total / KB)} KB in ${scripts.size} files, of which ${figure(sum(inHtml) / KB)} KB are named in the page`,
        met: total <= 175 * KB,
      },
    ]
  } finally {
    await browser.close()
    relay.closeAllConnections()
    relay.close()
    await product.stop()
  }
}
