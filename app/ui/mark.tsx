/** Hubs' sign: spokes that meet. */
export function Mark() {
  return (
    <svg className="size-5 shrink-0" viewBox="0 0 20 20" aria-hidden="true">
      <g className="stroke-accent" strokeWidth="1.75" strokeLinecap="round" fill="none">
        <path d="M10 6.6V3.4M12.9 11.7l2.8 1.6M7.1 11.7l-2.8 1.6" />
        <circle cx="10" cy="10" r="3.3" />
      </g>
      <g className="fill-accent">
        <circle cx="10" cy="2.7" r="1.7" />
        <circle cx="16.3" cy="13.6" r="1.7" />
        <circle cx="3.7" cy="13.6" r="1.7" />
      </g>
    </svg>
  )
}
