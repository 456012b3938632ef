/** How to show this widget on another page; only for hubs that let some origin frame them. */
export function EmbedCode({
  origin,
  widgetId,
  embedOrigins,
}: {
  /** Where this installation is reached. */
  readonly origin: string
  readonly widgetId: string
  readonly embedOrigins: readonly string[]
}) {
  if (embedOrigins.length === 0) return null
  return (
    <details className="mt-4 text-soft">
      <summary className="cursor-pointer text-small hover:text-accent">Show it on another page</summary>
      <div className="prose mt-2">
        <p>Pages of {embedOrigins.join(', ')} can show this widget, live, with this line:</p>
        <pre>
          <code>{`<script src="${origin}/embed.js" async></script>\n<hub-widget src="${origin}/embed/${widgetId}"></hub-widget>`}</code>
        </pre>
      </div>
    </details>
  )
}
