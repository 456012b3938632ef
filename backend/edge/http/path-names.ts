/** Names in the path of an endpoint: `slug` of `/api/v1/hubs/:slug`. */
export const namesIn = (path: string): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
