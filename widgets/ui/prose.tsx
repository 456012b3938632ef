/** Running text from HTML that a loader has made safe; never give it anything else. */
export function Prose({ html }: { readonly html: string }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: loaders hand over sanitised HTML, see the doc comment
  return <div className="prose" dangerouslySetInnerHTML={{ __html: html }} />
}
