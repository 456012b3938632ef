/** In attributes alone: in text and in the values of attributes quotes are escaped. */
const ids = / (id|href|aria-describedby)="(#?)(?=user-content-|footnote-label)/g

/** HTML of a note with ids of its own. Two cards of one page may show the same note, so its text does not tell them apart. */
export function withIds(html: string, own: string): string {
  return html.replace(ids, ` $1="$2${own}-`)
}
