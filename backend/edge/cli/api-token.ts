import { scopeFault } from '../../access/actor.ts'
import { complain, print } from './print.ts'
import { printTable } from './table.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** The token alone goes to stdout, so that a script can keep it. */
export async function createApiToken(terminal: Terminal, args: readonly string[], asked: readonly string[]) {
  const [name, ...more] = args
  if (name === undefined || more.length > 0) throw new UsageError('token create takes one NAME.')
  const granted = [...new Set(asked)]
  if (granted.length === 0) throw new UsageError('token create takes --scope, one or more.')
  for (const scope of granted) {
    const fault = scopeFault(scope)
    if (fault !== undefined) throw new UsageError(`--scope ${scope} ${fault}.`)
  }
  const { id, token } = await terminal.ask({ do: 'token create', name, scopes: granted })
  complain(`Token ${id} “${name}” allows ${granted.join(', ')}. It is shown only now:`)
  print(token)
}

export async function listApiTokens(terminal: Terminal) {
  const tokens = await terminal.ask({ do: 'token list' })
  printTable(
    ['ID', 'NAME', 'SCOPES', 'CREATED', 'STATE'],
    tokens.map(({ id, name, scopes, createdAt, revoked }) => [
      ...[id, name, scopes.join(','), createdAt.slice(0, 16).replace('T', ' ')],
      revoked ? 'revoked' : 'valid',
    ]),
  )
}

export async function revokeApiToken(terminal: Terminal, args: readonly string[]) {
  const [id, ...more] = args
  if (id === undefined || more.length > 0) throw new UsageError('token revoke takes one ID.')
  const { revoked } = await terminal.ask({ do: 'token revoke', id })
  if (!revoked) throw new Error(`There is no valid token ${id}: see token list.`)
  print(`Token ${id} is revoked.`)
}
