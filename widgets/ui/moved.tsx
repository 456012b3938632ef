/** Says of repositories that a card is to show where they are, for it hears of them under their old names no more. */
export function Moved({
  moved,
}: {
  readonly moved: readonly { readonly from: string; readonly to?: string | undefined }[]
}) {
  return moved.map(({ from, to }) => (
    <p key={from} className="pt-2 text-small text-warn wrap-anywhere">
      {to === undefined
        ? `${from} was deleted.`
        : `${from} is now ${to}: name that in the settings of this card.`}
    </p>
  ))
}
