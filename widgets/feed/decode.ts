import { gunzipSync } from 'node:zlib'

const maxBytes = 5 * 1024 * 1024

/**
 * Text in the encoding it was written in, whatever is said about it: a byte order mark is believed, then bytes that are
 * UTF-8 beyond doubt, then what HTTP says and the XML declaration (RFC 7303, section 3), each as far as the bytes allow
 * it. A file that is compressed without its server saying so is opened.
 * @throws when a compressed file is broken, or longer than 5 MiB once opened.
 */
export function decode(given: Uint8Array, contentType: string | null): string {
  const bytes = opened(given)
  const mark = markOf(bytes)
  if (mark !== undefined) return new TextDecoder(mark).decode(bytes)
  const ascii = latin1(bytes.subarray(0, 200))
  const said = [
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? '')?.[1],
    /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)/.exec(ascii)?.[1],
    /^<\0/.test(ascii) ? 'utf-16le' : undefined,
    /^\0</.test(ascii) ? 'utf-16be' : undefined,
  ].filter((label) => label !== undefined)
  // Beyond doubt only with letters outside ASCII, in which encodings that switch by ASCII (ISO-2022-JP) have none.
  const fitting = [...(bytes.some((byte) => byte > 127) ? ['utf-8'] : []), ...said]
  for (const label of fitting) {
    const text = strictly(label, bytes)
    if (text !== undefined) return text
  }
  const lenient = new TextDecoder().decode(bytes)
  // Not one letter beyond ASCII that is sound UTF-8: then it is what the web takes for its default.
  return /[^\0-\x7f\ufffd]/.test(lenient) ? lenient : new TextDecoder('windows-1252').decode(bytes)
}

function opened(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}

/** Nothing when there is no such encoding, or the bytes cannot be in it. */
function strictly(label: string, bytes: Uint8Array): string | undefined {
  try {
    const decoder = new TextDecoder(label, { fatal: true })
    // Text of feeds and JSON has ASCII in it, and so nulls when its units are two bytes.
    if (decoder.encoding.startsWith('utf-16') && !bytes.subarray(0, 200).includes(0)) return undefined
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}
