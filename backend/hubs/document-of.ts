import type { HubDocument } from './document.ts'
import type { StoredHub } from './stored-hub.ts'

/** A hub as the document that would write it as it is. */
export function documentOf({ title, summary, visibility, embedOrigins, widgets }: StoredHub): HubDocument {
  return {
    ...{ title, summary, visibility, embedOrigins },
    widgets: widgets.map(({ id, type, title, config, position }) =>
      title === null ? { id, type, config, position } : { id, type, title, config, position },
    ),
  }
}
