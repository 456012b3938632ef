/** At most `length` whole characters; what is left out is told by a last “…”. */
export function wholeCharacters(text: string, length: number): string {
  // No text has more characters than units.
  if (text.length <= length) return text
  // A character has at most two units, so of a long text its beginning tells whether all fits.
  const characters = [...text.slice(0, 2 * length + 2)]
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text
}
