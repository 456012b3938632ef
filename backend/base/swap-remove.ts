/** Takes an element out of a list whose order means nothing: the last one takes its place, so that none is moved up. */
export function swapRemove<Element extends { at: number }>(list: Element[], { at }: Element): void {
  const last = list.pop()
  if (!last || at >= list.length) return
  list[at] = last
  last.at = at
}
