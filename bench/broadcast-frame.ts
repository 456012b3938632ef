/** JSON text that makes a frame as long as ours of one number, 310 bytes. */
export const BROADCAST_DATA = `{${'"member":"of a frame",'.repeat(11)}"data":{"as":"number","value":1}}`

/** A frame of Server-Sent Events as a widget's. */
export const frameOf = (data: string): string => `event: widget\ndata: ${data}\nid: 1:1\n\n`
