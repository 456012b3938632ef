'use client'
import { Component, type ReactElement, type ReactNode, useId, useSyncExternalStore } from 'react'

const server = typeof window === 'undefined' ? await import('./trial.ts') : undefined
const never = () => () => {}

/**
 * Keeps a throwing view to its own card. Without Suspense one throw on the server would cost the page, and Suspense
 * inside cards would send the larger ones hidden; so the server first tries `trial` by itself and, if that throws, sends
 * `fallback`. In the browser an error boundary does the same, until `of` changes.
 */
export function ViewGuard({
  of,
  trial,
  fallback,
  children,
}: {
  /** What the view shows: another value is another chance. */
  readonly of: unknown
  /** The view, not lazy, with JSON for props; absent in the browser. */
  readonly trial: ReactElement | undefined
  readonly fallback: ReactNode
  readonly children: ReactNode
}) {
  const mark = useId()
  const failedOnServer = useSyncExternalStore(
    never,
    () => false,
    () => (server ? trial !== undefined && server.throws(trial) : document.getElementById(mark) !== null),
  )
  if (failedOnServer)
    return (
      <div className="contents" id={mark}>
        {fallback}
      </div>
    )
  return (
    <Boundary of={of} fallback={fallback}>
      {children}
    </Boundary>
  )
}

interface BoundaryProps {
  readonly of: unknown
  readonly fallback: ReactNode
  readonly children: ReactNode
}

interface BoundaryState {
  readonly of: unknown
  readonly failed: boolean
}

class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { of: this.props.of, failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState) {
    return props.of === state.of ? null : { of: props.of, failed: false }
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children
  }
}
