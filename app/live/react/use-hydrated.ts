'use client'
import { useSyncExternalStore } from 'react'

const never = () => () => {}

/** False in the server's HTML and until the scripts of this document have taken it over: until then nothing is updated. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
}
