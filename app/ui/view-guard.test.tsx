import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { ViewGuard } from './view-guard.tsx'

function Fine({ text }: { readonly text: string }) {
  return <p>{text}</p>
}
function Deep() {
  return (
    <section>
      <Throwing />
    </section>
  )
}
function Throwing(): never {
  throw new Error('the view is broken')
}

const card = (view: React.ReactElement) => (
  <ViewGuard of={1} trial={view} fallback={<p>fallback</p>}>
    {view}
  </ViewGuard>
)

test('a view that renders is in the HTML, with nothing round it', () => {
  expect(renderToStaticMarkup(card(<Fine text="hello" />))).toBe('<p>hello</p>')
})

test('a view that throws on the server costs its own card and nothing else', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const html = renderToStaticMarkup(
    <main>
      {card(<Fine text="before" />)}
      {card(<Deep />)}
      {card(<Fine text="after" />)}
    </main>,
  )
  expect(html).toContain('<p>before</p>')
  expect(html).toContain('<p>fallback</p>')
  expect(html).toContain('<p>after</p>')
  expect(log).toHaveBeenCalledWith(
    expect.any(String),
    expect.objectContaining({ message: 'the view is broken' }),
  )
  log.mockRestore()
})

test('the fallback is marked, so that hydration begins with what the server sent', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect(renderToStaticMarkup(card(<Throwing />))).toMatch(
    /^<div class="contents" id="[^"]+"><p>fallback<\/p><\/div>$/,
  )
  log.mockRestore()
})
