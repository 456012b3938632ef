'use client'

import { useEffect } from 'react'

/** Tells the page that frames this one how high its content is; `<hub-widget>` listens. */
export function useFrameHeight(): void {
  useEffect(() => {
    if (window.parent === window) return
    let told = 0
    const tell = () => {
      // The body, not the root element: that is never lower than the frame, so it would never shrink.
      const height = Math.ceil(document.body.getBoundingClientRect().height)
      if (height === told || height === 0) return
      told = height
      // A height is no secret, and the frame cannot know which of the hub's embed origins it is in.
      window.parent.postMessage({ type: 'hubs:height', height }, '*')
    }
    const observer = new ResizeObserver(tell)
    observer.observe(document.body)
    tell()
    return () => observer.disconnect()
  }, [])
}
