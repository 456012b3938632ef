'use client'
import { type ReactNode, useEffect, useRef } from 'react'

/**
 * Scrolls when its content is larger than itself, and only then takes the keyboard's focus, so that arrow keys reach
 * what is below while cards that fit add no stop.
 */
export function ScrollArea({
  labelledBy,
  children,
}: {
  readonly labelledBy: string
  readonly children: ReactNode
}) {
  const area = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = area.current
    if (!element) return
    const follow = () => {
      const scrolls =
        element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1
      // Set by hand: a state would render the card's content again for an attribute.
      set(element, 'tabindex', scrolls ? '0' : undefined)
      set(element, 'role', scrolls ? 'group' : undefined)
      set(element, 'aria-labelledby', scrolls ? labelledBy : undefined)
    }
    const resized = new ResizeObserver(follow)
    resized.observe(element)
    const changed = new MutationObserver(follow)
    changed.observe(element, { subtree: true, childList: true })
    return () => {
      resized.disconnect()
      changed.disconnect()
    }
  }, [labelledBy])

  return (
    <div ref={area} className="scroll-shade @container relative min-h-0 grow px-4 py-1">
      {children}
    </div>
  )
}

function set(element: HTMLElement, attribute: string, value: string | undefined): void {
  if (element.getAttribute(attribute) === (value ?? null)) return
  if (value === undefined) element.removeAttribute(attribute)
  else element.setAttribute(attribute, value)
}
