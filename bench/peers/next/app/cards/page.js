import { Cards } from './cards.js'

export const dynamic = 'force-dynamic'

const CARDS = 30
const ITEMS = 10

/** Data about as large as those of the hub that is measured beside it, made before anybody asks. */
const cards = Array.from({ length: CARDS }, (_, card) => ({
  id: `card-${card}`,
  title: `Card ${card}`,
  items: Array.from({ length: ITEMS }, (_, item) => ({
    id: `${card}-${item}`,
    title: `Item ${item} of card ${card}, with a title as long as most of them are`,
    time: '2026-01-31T12:00:00Z',
    by: 'somebody',
  })),
}))

export default function Page() {
  return <Cards cards={cards} />
}
