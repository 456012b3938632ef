import { spawn } from 'node:child_process'

/**
 * Runs a shell command (with `args` as $1, $2 …) when this process ends in whatever way, SIGKILL included: a shell
 * waits for our end of a pipe to close, since no signal tells a child of its parent's death everywhere. Returns the way to call it off.
 */
export function guard(command: string, args: readonly string[]): () => void {
  const shell = spawn('sh', ['-c', `read -r _ || { ${command}; }`, 'sh', ...args], {
    // A session of its own: Ctrl-C reaches the terminal's whole group, and the guard must outlive it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  })
  shell.unref()
  // A pipe's stream keeps the process alive unless told otherwise, and its type hides that it can be told.
  const pipe = shell.stdin as typeof shell.stdin & { unref(): void }
  pipe.unref()
  pipe.on('error', () => {})
  return () => pipe.end('\n')
}
