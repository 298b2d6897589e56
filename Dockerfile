# syntax=docker/dockerfile:1

# The manifests alone: as long as they stay the same, so do the layers with the dependencies.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY shared/package.json shared/
COPY cloud/package.json cloud/
COPY cloud/dashboard/package.json cloud/dashboard/
COPY evals/package.json evals/
COPY mcp-server/package.json mcp-server/
COPY bench/package.json bench/
COPY judges/package.json judges/

FROM manifests AS build
RUN npx -y "$(node -p "require('./package.json').packageManager")" install --frozen-lockfile --filter '!./judges'
COPY tsconfig.json tsup.config.ts ./
COPY scripts scripts
COPY shared shared
COPY cloud cloud
COPY evals evals
COPY mcp-server mcp-server
RUN npm run build

FROM manifests AS production
RUN npx -y "$(node -p "require('./package.json').packageManager")" install --frozen-lockfile --prod --filter @whetstone/cloud

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8787 WHETSTONE_DATA_DIR=/data
RUN mkdir /data && chown node:node /data
COPY package.json ./
COPY --from=production /app/node_modules node_modules
COPY --from=production /app/cloud cloud
# The server, and beside it what it reads as files: dashboard, starter set, programs of the sandboxes.
COPY --from=build /app/cloud/dist cloud/dist
# Without python3 and bubblewrap, evals are graded in interpreters (WebAssembly). Data sets of repositories want git.
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "cloud/dist/server.js"]
