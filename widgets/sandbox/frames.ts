/** One message on a pipe: its length in four bytes, then itself. */
export function framed(message: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(4 + message.byteLength)
  frame.writeUInt32BE(message.byteLength)
  frame.set(message, 4)
  return frame
}

/**
 * Puts messages together again from the chunks of a pipe, and hands over each once it is whole.
 * The function it returns throws RangeError for a message longer than `longest` bytes, before that is held in memory.
 */
export function unframed(longest: number, onMessage: (message: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let held = 0

  function take(count: number): Buffer {
    const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, held)
    chunks = [all.subarray(count)]
    held -= count
    return all.subarray(0, count)
  }

  let wanted: number | undefined

  return (chunk) => {
    chunks.push(chunk)
    held += chunk.byteLength
    for (;;) {
      if (wanted === undefined) {
        if (held < 4) return
        wanted = take(4).readUInt32BE()
        if (wanted > longest) throw new RangeError(`a message of ${wanted} bytes`)
      }
      if (held < wanted) return
      const message = take(wanted)
      wanted = undefined
      onMessage(message)
    }
  }
}
