import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { problem } from '#contract/problem.ts'
import { scopeFor } from '../../access/can.ts'
import { namesIn } from './path-names.ts'
import type { Endpoint, Route } from './route.ts'

const refusals = {
  default: {
    description: 'Refused: an RFC 9457 problem document',
    content: { 'application/problem+json': { schema: problem } },
  },
}

/** An answer in JSON, as routes tell of it. */
export function answered(
  description: string,
  schema: z.ZodType,
  headers?: Readonly<Record<string, z.ZodType>>,
): ZodOpenApiResponseObject {
  return {
    description,
    ...(headers ? { headers: z.object(headers) } : {}),
    content: { 'application/json': { schema } },
  }
}

function operationOf({ about, path, right }: Endpoint): ZodOpenApiOperationObject {
  const names = namesIn(path).map((name) => [name, z.string()] as const)
  const scope = scopeFor(right)
  return {
    ...about,
    ...(scope === undefined
      ? {}
      : { security: [{ token: [] }], description: `Takes a token with the scope ${scope}.` }),
    requestParams: {
      ...about?.requestParams,
      ...(names.length > 0 ? { path: z.object(Object.fromEntries(names)) } : {}),
    },
    responses: { ...about?.responses, ...refusals },
  }
}

/** `GET /api/v1/openapi.json`: the whole outside, for programs and their authors, as its operations tell of themselves. */
export function openApiRoute(endpoints: readonly Endpoint[], basePath = ''): Route {
  // Few ask for it, and no start has to wait for it.
  let body: Buffer | undefined
  return {
    method: 'GET',
    path: '/api/v1/openapi.json',
    right: 'anyone',
    shared: true,
    async handle() {
      body ??= Buffer.from(JSON.stringify(documentOf(endpoints, basePath)))
      return { status: 200, body }
    },
  }
}

function documentOf(endpoints: readonly Endpoint[], basePath: string): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const endpoint of endpoints) {
    if (!endpoint.about) continue
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operationOf(endpoint) }
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Hubs', version: 'v1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      ...(basePath === '' ? {} : { servers: [{ url: basePath }] }),
      // Methods have the names that OpenAPI gives them.
      paths: paths as ZodOpenApiPathsObject,
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'hubs_…, from `token create`' },
        },
      },
    },
    {
      // Any JSON.
      allowEmptySchema: { custom: true },
      // Readers have to pass over fields that they do not know.
      override({ jsonSchema, io }) {
        if (io === 'output' && jsonSchema.additionalProperties === false)
          delete jsonSchema.additionalProperties
      },
    },
  )
}
