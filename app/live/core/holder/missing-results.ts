import type { Incoming } from '../incoming.ts'
import type { Subscription } from '../subscription.ts'
import { compareVersions } from '../version.ts'
import type { HolderState } from './holder-state.ts'
import { postState, postStatuses } from './posts.ts'
import type { Batch, ReadAnswer, ReadRequest, Want } from './read-request.ts'
import { retryLater } from './retries.ts'

/** From how many widgets of one hub on its snapshot is read instead. */
const MANY = 5

export function takeState(state: HolderState, incoming: Incoming): void {
  if (state.results.take(incoming)) postState(state, incoming.key)
}

/** Reads what of a layout no stream has brought: all of it while the stream followed other keys. */
export function readAbsent(state: HolderState, { layout, keys, missedSince }: Subscription): void {
  const placed = layout.widgets.flatMap(({ id, key }) => (key && keys.has(key) ? [{ id, key }] : []))
  readOvertaken(
    state,
    placed.filter(({ key }) => missedSince !== undefined || !state.results.get(key)),
  )
}

/** What is known of these is overtaken by what is to be read. */
export function readOvertaken(state: HolderState, wants: readonly Want[]): void {
  for (const { key } of wants) state.results.forget(key)
  readWanted(state, wants)
}

export function readWanted(state: HolderState, wants: readonly Want[]): void {
  for (const want of wants) state.wants.set(want.key, want)
  if (wants.length === 0) return
  readBatch(state, { wants, failures: 0, failingSince: undefined, unanswered: 0, answered: new Set() })
}

/** One round of reads of what is not here yet. */
export function readBatch(state: HolderState, batch: Batch): void {
  batch.wants = batch.wants.filter((want) => stands(state, want))
  batch.answered.clear()
  const byHub = new Map<string | undefined, Want[]>()
  for (const want of batch.wants) {
    const hub = want.href === undefined ? state.subscriptions.place(want.key)?.hub : undefined
    const wants = byHub.get(hub)
    if (wants) wants.push(want)
    else byHub.set(hub, [want])
  }
  for (const [hub, wants] of byHub) {
    if (hub !== undefined && wants.length >= MANY) read(state, { of: 'snapshot', at: hub, batch })
    else for (const want of wants) readOne(state, batch, want, want.href)
  }
  if (batch.wants.length === 0) endBatch(state, batch)
}

/** Takes in what one read of a batch brought. */
export function takeAnswer(state: HolderState, input: Exclude<ReadAnswer, { kind: 'hub' }>): void {
  const { batch } = input.read
  batch.unanswered -= 1
  switch (input.kind) {
    case 'data': {
      const { read: asked, answer } = input
      const { key } = asked.want
      if (answer && state.results.takeData(answer)) postState(state, answer.key)
      if (answer && !state.results.get(key)?.awaited) batch.answered.add(key)
      else if (answer !== null) readOne(state, batch, asked.want)
      break
    }
    case 'widget':
      if (input.answer) takeStates(state, batch, [input.answer])
      break
    case 'snapshot':
      takeStates(state, batch, Object.values(input.answer?.widgets ?? {}))
      break
  }
  if (batch.unanswered === 0) endRound(state, batch)
}

function takeStates(state: HolderState, { answered }: Batch, states: readonly Incoming[]): void {
  for (const incoming of states) {
    takeState(state, incoming)
    answered.add(incoming.key)
  }
}

function endRound(state: HolderState, batch: Batch): void {
  for (const want of batch.wants)
    if (stands(state, want) && batch.answered.has(want.key) && isMet(state, want))
      state.wants.delete(want.key)
  batch.wants = batch.wants.filter((want) => stands(state, want))
  if (batch.wants.length > 0) {
    state.failing.add(batch)
    retryLater(state, batch)
  } else endBatch(state, batch)
}

function endBatch(state: HolderState, batch: Batch): void {
  state.failing.delete(batch)
  postStatuses(state)
}

function read({ effects }: HolderState, asked: Exclude<ReadRequest, { of: 'hub' }>): void {
  asked.batch.unanswered += 1
  effects.push({ kind: 'read', read: asked })
}

/** Its data alone where that has an address, else the widget. */
function readOne(state: HolderState, batch: Batch, want: Want, href?: string): void {
  if (href !== undefined) read(state, { of: 'data', at: href, batch, want })
  else read(state, { of: 'widget', at: state.subscriptions.place(want.key)?.id ?? want.id, batch })
}

/** A later want for the same key takes the place of this one, and nobody wants a key that nobody shows. */
function stands({ wants, subscriptions }: HolderState, want: Want): boolean {
  if (wants.get(want.key) !== want) return false
  if (subscriptions.show(want.key)) return true
  wants.delete(want.key)
  return false
}

function isMet({ results }: HolderState, { key, version }: Want): boolean {
  const result = results.get(key)
  if (!result?.shown || result.awaited) return false
  return version === undefined || compareVersions(result.shown.version, version) >= 0
}
