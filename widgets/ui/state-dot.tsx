export type Tone = 'good' | 'bad' | 'busy' | 'muted' | 'warn'

/** Each tone has a shape of its own, because colour alone says nothing to many readers. */
const shapes = {
  good: <path d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Zm2.9 3.2L5.3 7.8 3.6 6.2l-.9.9 2.6 2.6 4.5-4.5-.9-1Z" />,
  bad: (
    <path d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1ZM4.2 3.3l-.9.9L5.1 6 3.3 7.8l.9.9L6 6.9l1.8 1.8.9-.9L6.9 6l1.8-1.8-.9-.9L6 5.1 4.2 3.3Z" />
  ),
  busy: <path d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Zm0 1.5v7a3.5 3.5 0 1 0 0-7Z" />,
  warn: (
    <path d="M6 .9 11.6 11H.4L6 .9ZM5.3 4.5l.2 3.2h1l.2-3.2H5.3Zm.7 3.9a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4Z" />
  ),
  muted: <path d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Zm0 1.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z" />,
} as const

const colours: { readonly [T in Tone]: string } = {
  good: 'text-good',
  bad: 'text-bad',
  busy: 'text-busy',
  warn: 'text-warn',
  muted: 'text-muted',
}

/** How something stands, in a glyph; `label` is what a screen reader says and a pointer shows. */
export function StateDot({ tone, label }: { readonly tone: Tone; readonly label: string }) {
  return (
    <span className={`relative inline-flex ${colours[tone]}`} title={label}>
      <svg
        className="size-3 translate-y-px"
        viewBox="0 0 12 12"
        fill="currentColor"
        fillRule="evenodd"
        aria-hidden="true"
      >
        {shapes[tone]}
      </svg>
      <span className="sr-only">{label}</span>
    </span>
  )
}
