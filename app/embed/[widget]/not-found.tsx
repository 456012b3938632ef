import { EmbedNote } from '../../ui/embed-note.tsx'

export default function NotFound() {
  return (
    <EmbedNote theme="auto" href="/">
      This widget was removed, or its address is wrong.
    </EmbedNote>
  )
}
