import type { Operation } from '../../operations/operation.ts'
import type { BodyReader } from './body-reader.ts'
import { cloudEventsBody } from './cloud-events-body.ts'
import { hubDocumentBody } from './hub-document-body.ts'
import { operationRoute } from './operation-route.ts'
import type { Route } from './route.ts'

/** Those whose body is no plain JSON. */
const readers: Readonly<Record<string, BodyReader>> = {
  'PUT /api/v1/hubs/:slug': hubDocumentBody,
  'POST /api/v1/events': cloudEventsBody,
}

export const operationRoutes = (operations: readonly Operation[]): Route[] =>
  operations.map((operation) => operationRoute(operation, readers[`${operation.method} ${operation.path}`]))
