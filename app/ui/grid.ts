import type { Position } from '#contract/hub.ts'

const columns = 12
/** As many rows as `globals.css` has classes for; what lies beyond takes the next free place by itself. */
const namedRows = 300

/**
 * Places on the grid as classes, in reading order. Cards fall upwards until they meet another, so that a card which
 * hides itself leaves no hole.
 */
export function arrange<T extends { readonly position: Position }>(
  widgets: readonly T[],
): readonly { readonly widget: T; readonly place: string }[] {
  const filled = new Array<number>(columns).fill(0)
  const byPlace = [...widgets].sort((a, b) => a.position.y - b.position.y || a.position.x - b.position.x)
  return byPlace
    .map((widget) => {
      const { x, w, h } = widget.position
      const y = Math.max(...filled.slice(x, x + w))
      filled.fill(y + h, x, x + w)
      return { widget, y }
    })
    .sort((a, b) => a.y - b.y || a.widget.position.x - b.widget.position.x)
    .map(({ widget, y }) => ({ widget, place: placeClasses({ ...widget.position, y }) }))
}

function placeClasses({ x, y, w, h }: Position): string {
  // Lists may go on inside their card; running text that is cut in the middle cannot be read.
  const phone = 'max-sm:max-h-[32rem] max-sm:has-[.prose]:max-h-[64rem] max-sm:min-h-32'
  const tablet = `sm:row-span-${h}${w > columns / 2 ? ' sm:col-span-2' : ''}`
  const row = y < namedRows ? ` lg:row-start-${y + 1}` : ''
  return `${phone} ${tablet} lg:col-start-${x + 1} lg:col-span-${w}${row}`
}
