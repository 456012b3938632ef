export const dynamic = 'force-dynamic'

const encoder = new TextEncoder()
/** Controllers of all streams. */
const streams = new Set()

/** The usual way: a stream whose controller is kept until the reader goes. */
export function GET() {
  let mine
  const body = new ReadableStream({
    start(controller) {
      mine = controller
      streams.add(controller)
      controller.enqueue(encoder.encode('event: hello\ndata: {}\n\n'))
    },
    cancel() {
      streams.delete(mine)
    },
  })
  return new Response(body, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' },
  })
}

export async function POST(request) {
  const frame = encoder.encode(await request.text())
  for (const controller of streams) controller.enqueue(frame)
  return new Response(null, { status: 204 })
}
