import { cache } from 'react'
import { type PageReads, services } from '#backend/edge/services.ts'

/** What whoever asks for this page may see: nobody is signed in. */
export function reads(): PageReads {
  const { as, anonymous } = services()
  return as(anonymous)
}

/** A hub's page data, asked for once however many parts of one request need it. */
export const hubPage = cache((slug: string) => reads().hubPage(slug))

/** The same of one embedded widget. */
export const embed = cache((widgetId: string) => reads().embed(widgetId))
