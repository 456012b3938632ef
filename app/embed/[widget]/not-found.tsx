import { basePath } from '#widgets/ui/base-path.ts'
import { EmbedNote } from '../../ui/embed-note.tsx'

export default function NotFound() {
  return (
    <EmbedNote theme="auto" href={`${basePath}/`}>
      This widget was removed, or its address is wrong.
    </EmbedNote>
  )
}
