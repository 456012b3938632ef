'use client'

import { useEffect, useState } from 'react'

export type Theme = 'light' | 'dark' | 'auto'

/** The theme of a framed page: as asked for at first, then as the page that frames it says; `<hub-widget>` does. */
export function useFrameTheme(asked: Theme): Theme {
  const [theme, setTheme] = useState(asked)
  useEffect(() => {
    const hear = ({ source, data }: MessageEvent<{ type?: unknown; theme?: unknown } | null>) => {
      if (source !== window.parent || data?.type !== 'hubs:theme') return
      if (data.theme === 'light' || data.theme === 'dark' || data.theme === 'auto') setTheme(data.theme)
    }
    addEventListener('message', hear)
    return () => removeEventListener('message', hear)
  }, [])
  return theme
}
