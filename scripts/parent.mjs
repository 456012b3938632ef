/** npm puts a shell between itself and a script, which dies of a signal and tells nobody: calls `act` when it did. */
export function whenParentGone(act) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const watching = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watching)
    act()
  }, 500).unref()
}
