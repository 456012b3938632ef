FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY . .
# Below a path of another site (https://example.org/hubs) pages are built for that path.
ARG HUBS_ORIGIN=
# What is optional builds pages and scales pictures, which the running product does not.
RUN node scripts/build.mjs && rm -rf .next/cache .next/dev .next-below/*/cache && mkdir -p .next .next-below && npm prune --omit=dev --omit=optional

FROM node:24-slim
# For widgets that show the log of a git repository. Nothing is installed or built in this image, so npm goes.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/include /opt/yarn-* \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  && install -d -m 0700 -o node -g node /data
WORKDIR /app
COPY --from=build /app/package.json /app/next.config.mjs ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/drizzle/migrations drizzle/migrations
COPY --from=build /app/.next .next
COPY --from=build /app/.next-below .next-below
COPY --from=build /app/dist dist
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 HUBS_DATA=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that SIGTERM reaches it and drains.
CMD ["node", "--max-semi-space-size=32", "dist/main.js"]
