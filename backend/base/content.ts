import { isUtf8 } from 'node:buffer'

/** A media type in lower case, and the charset given with it. */
export function contentType(header: string | undefined): { mediaType: string; charset: string | undefined } {
  const [mediaType = '', ...parameters] = (header ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='))
  return { mediaType: mediaType.trim(), charset: charset?.slice('charset='.length).replace(/^"(.*)"$/, '$1') }
}

/** The JSON of a body in UTF-8, in a box, because `null` is JSON too. */
export function readJson(body: Uint8Array): { readonly value: unknown } | undefined {
  const text = utf8(body)
  if (text === undefined) return undefined
  try {
    // Some programs begin with a byte order mark.
    return { value: JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text) }
  } catch {
    return undefined
  }
}

/** Bytes as text, if they are UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
