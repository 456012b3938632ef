import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Row } from './row.tsx'

test('each text of a row begins at the side its language begins at, and turns no other round', () => {
  const html = renderToStaticMarkup(<Row title="مرحبا" note="שלום" href="https://example.org/" />)
  expect(html).toMatch(/<span[^>]* dir="auto"[^>]*><a [^>]*>مرحبا/)
  expect(html).toMatch(/<span[^>]* dir="auto"[^>]*>שלום/)
})
