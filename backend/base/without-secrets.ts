/** What is shown of a text; whoever sends one may make it as long as they like. */
const LONGEST = 4_000

/**
 * The beginning of a text without its secrets. Query errors end with their parameters, which may have several lines; URLs
 * carry passwords, or a token, alone or in their query. Each pattern passes over a character once, whatever the text is.
 */
export function withoutSecrets(text: string): string {
  return beginning(text.replace(/\nparams: [\s\S]*/, '\nparams: …'))
    .replace(/:\/\/[^\s/]*@/g, '://…@')
    .replace(/(:\/\/[^\s?#'"]*)([?#][^\s'"]*)?/g, (_, address: string, query?: string) =>
      query === undefined ? address : `${address}?…`,
    )
}

/** An address that would be divided goes, for what makes its beginning a password may be behind the end. */
function beginning(text: string): string {
  if (text.length <= LONGEST) return text
  const cut = text.slice(0, LONGEST)
  const address = cut.lastIndexOf('://')
  const isDivided = address >= 0 && !/\s/.test(cut.slice(address))
  return `${isDivided ? cut.slice(0, address + 3) : cut}…`
}
