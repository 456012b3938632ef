/**
 * Text in the encoding it was written in: by its byte order mark, else by what HTTP says, else by the XML declaration
 * (RFC 7303, section 3); anything unknown is read as UTF-8.
 */
export function decode(bytes: Uint8Array, contentType: string | null): string {
  const declared =
    markOf(bytes) ??
    /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '')?.[1] ??
    /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)/.exec(latin1(bytes.subarray(0, 200)))?.[1]
  return decoderFor(declared ?? 'utf-8').decode(bytes)
}

function markOf([first, second]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb) return 'utf-8'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}

function decoderFor(label: string): TextDecoder {
  try {
    return new TextDecoder(label)
  } catch {
    return new TextDecoder()
  }
}
