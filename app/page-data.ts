import { cache } from 'react'
import { services } from '#backend/edge/services.ts'

/** A hub's page data, asked for once however many parts of one request need it. */
export const hubPage = cache((slug: string) => services().hubPage(slug))

/** The same of one embedded widget. */
export const embed = cache((widgetId: string) => services().embed(widgetId))
