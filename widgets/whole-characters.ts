/** At most `length` whole characters; what is left out is told by a last “…”. */
export function wholeCharacters(text: string, length: number): string {
  // No text has more characters than units.
  if (text.length <= length) return text
  const characters = [...text]
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text
}
