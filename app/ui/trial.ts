import { hash } from 'node:crypto'
import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'

/** Milliseconds after which everything is tried anew: a view may look at the time as well as at its props. */
const TRUSTED = 60_000
/** Outcomes held of one view at most. */
const MOST = 10_000

/** Whether a view threw, by a hash of its props. */
const outcomes = new Map<unknown, Map<string, boolean>>()
let since = 0

/**
 * Whether a view throws when it is rendered with these props, which are JSON. Rendering it takes about as long as its
 * part of the page does, so most requests are told what an earlier one found.
 */
export function throws(view: ReactElement): boolean {
  const now = performance.now()
  if (now - since > TRUSTED) {
    outcomes.clear()
    since = now
  }
  const ofView = outcomes.get(view.type) ?? new Map<string, boolean>()
  outcomes.set(view.type, ofView)
  const given = hash('sha1', JSON.stringify(view.props))
  const before = ofView.get(given)
  if (before !== undefined) return before
  if (ofView.size >= MOST) ofView.clear()
  const threw = throwsNow(view)
  ofView.set(given, threw)
  return threw
}

function throwsNow(view: ReactElement): boolean {
  try {
    renderToStaticMarkup(view)
    return false
  } catch (error) {
    // biome-ignore lint/suspicious/noConsole: all the log a page has, and a view's author must find the stack somewhere
    console.error('A view threw while its card was rendered.', error)
    return true
  }
}
