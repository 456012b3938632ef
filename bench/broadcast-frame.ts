/** JSON text that makes a frame as long as one of ours. */
export const BROADCAST_DATA = `{${'"member":"of a frame",'.repeat(16)}"data":{"as":"number","value":1}}`

/** A frame of Server-Sent Events as a widget's. */
export const frameOf = (data: string): string => `event: widget\ndata: ${data}\nid: 1:1\n\n`
