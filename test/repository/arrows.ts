import { posix } from 'node:path';

export interface Arrow {
  from: string;
  to: string;
}

export interface ArrowRule {
  why: string;
  from: RegExp;
  to: RegExp;
  /** A wrong import that the rule must catch. */
  planted: Arrow;
}

/**
 * Who may not import whom. Where both patterns capture, equal captures are allowed: that is how a slice may import
 * itself.
 */
export const arrowRules: ArrowRule[] = [
  {
    why: 'shared imports zod and nothing else',
    from: /^shared\/src\/(?!knowledge\/)/,
    to: /^(?!shared\/src\/|zod$)/,
    planted: { from: 'shared/src/errors.ts', to: 'node:fs' },
  },
  {
    why: 'what searches documentation imports semver and a stemmer; nothing else',
    from: /^shared\/src\/knowledge\//,
    to: /^(?!shared\/src\/|semver$|wink-porter2-stemmer$)/,
    planted: { from: 'shared/src/knowledge/search.ts', to: 'node:crypto' },
  },
  {
    why: 'the MCP server sees the cloud only through the client',
    from: /^mcp-server\/src\//,
    to: /^(cloud|evals)\/|^@whetstone\/(?!shared(\/|$))|^(fastify|kysely|pg)(\/|$)/,
    planted: { from: 'mcp-server/src/tools/evaluate-flag.ts', to: 'cloud/src/features/flags/service.ts' },
  },
  {
    why: 'only mcp-server/src/mcp/ knows the MCP SDK',
    from: /^mcp-server\/src\/(?!mcp\/)/,
    to: /^@modelcontextprotocol\//,
    planted: { from: 'mcp-server/src/tools/evaluate-flag.ts', to: '@modelcontextprotocol/server' },
  },
  {
    why: 'serving loads none of the commands',
    // The binary itself reaches them by a lazy import.
    from: /^mcp-server\/src\/(?!cli\/|whetstone-mcp\.ts$)/,
    to: /^mcp-server\/src\/cli\//,
    planted: { from: 'mcp-server/src/mcp/serve.ts', to: 'mcp-server/src/cli/doctor.ts' },
  },
  {
    why: 'the cloud builds on shared and evals alone',
    from: /^cloud\/src\//,
    to: /^mcp-server\/|^whetstone-mcp(\/|$)|^@whetstone\/(?!(shared|evals)(\/|$))/,
    planted: { from: 'cloud/src/app.ts', to: 'whetstone-mcp/cloud-client' },
  },
  {
    why: 'the harness builds on shared alone, and serves nothing',
    from: /^evals\/src\//,
    to: /^(cloud|mcp-server)\/|^whetstone-mcp(\/|$)|^@whetstone\/(?!shared(\/|$))|^(fastify|kysely|pg)(\/|$)/,
    planted: { from: 'evals/src/run/run.ts', to: 'cloud/src/app.ts' },
  },
  {
    why: 'the dashboard builds on shared alone, and on what runs in a browser',
    from: /^cloud\/dashboard\/src\//,
    to: /^(?!cloud\/dashboard\/src\/)[^@]+\/.+\.tsx?$|^@whetstone\/(?!shared(\/|$))|^node:|^(fastify|kysely|pg|pino)(\/|$)/,
    planted: { from: 'cloud/dashboard/src/api/api.ts', to: 'cloud/src/features/flags/service.ts' },
  },
  {
    why: 'the server knows the dashboard as built files alone',
    from: /^(shared|cloud|mcp-server)\/src\//,
    to: /^cloud\/dashboard\/|^@whetstone\/dashboard(\/|$)|^preact(\/|$)/,
    planted: { from: 'cloud/src/http/dashboard.ts', to: 'cloud/dashboard/src/app.tsx' },
  },
  {
    why: 'only repositories and the platform speak SQL',
    from: /^cloud\/src\/(?!platform\/|features\/.+\/repository\.ts$)/,
    to: /^(kysely|pg|@electric-sql\/.+)(\/|$)/,
    planted: { from: 'cloud/src/features/flags/service.ts', to: 'kysely' },
  },
  {
    why: 'features do not know HTTP',
    from: /^cloud\/src\/features\//,
    to: /^cloud\/src\/http\/|^(node:http2?|fastify|@fastify\/.+)$/,
    planted: { from: 'cloud/src/features/flags/service.ts', to: 'cloud/src/http/routes.ts' },
  },
  {
    why: 'slices do not import each other',
    from: /^cloud\/src\/features\/([^/]+)\//,
    to: /^cloud\/src\/features\/([^/]+)\//,
    planted: { from: 'cloud/src/features/flags/service.ts', to: 'cloud/src/features/tenancy/service.ts' },
  },
  {
    why: 'features see the interface of a port, not its engines',
    from: /^cloud\/src\/features\//,
    to: /^cloud\/src\/platform\/[^/]+\/(open|pglite|postgres|in-process|kysely-database|pg-boss-[^/]+|qstash-[^/]+)\.ts$/,
    planted: { from: 'cloud/src/features/flags/service.ts', to: 'cloud/src/platform/db/pglite.ts' },
  },
  {
    why: 'the platform knows nothing that is built on it',
    from: /^cloud\/src\/platform\//,
    to: /^cloud\/src\/(features|http)\//,
    planted: { from: 'cloud/src/platform/db/open.ts', to: 'cloud/src/features/flags/repository.ts' },
  },
  {
    why: 'nothing imports app.ts but what starts it',
    from: /^(shared|mcp-server)\/src\/|^cloud\/src\/(?!(server|serve|prepare)\.ts$)/,
    to: /^cloud\/src\/app\.ts$/,
    planted: { from: 'cloud/src/http/routes.ts', to: 'cloud/src/app.ts' },
  },
  {
    why: 'nothing imports server.ts',
    from: /^/,
    to: /^cloud\/src\/server\.ts$/,
    planted: { from: 'bench/run.ts', to: 'cloud/src/server.ts' },
  },
  {
    why: 'what ships knows neither tests nor benches nor scripts',
    from: /^(shared|cloud|cloud\/dashboard|mcp-server)\/src\//,
    to: /^(bench|scripts|test|(shared|cloud|cloud\/dashboard|mcp-server)\/test)\/|^(vitest|fast-check)(\/|$)/,
    planted: { from: 'cloud/src/app.ts', to: 'cloud/test/support/factory.ts' },
  },
];

/** The arrows a rule forbids. */
export function forbiddenBy({ from, to }: ArrowRule, arrows: Arrow[]): Arrow[] {
  return arrows.filter((arrow) => {
    const [start, end] = [from.exec(arrow.from), to.exec(arrow.to)];
    const isItself = start?.[1] !== undefined && start[1] === end?.[1];
    return start !== null && end !== null && !isItself;
  });
}

const importing = /\b(?:from|import)\s*\(?\s*(['"`])([^'"`\s,]+)\1/g;

/** Everything a source imports, statically, dynamically or for its types; relative paths resolved against the root. */
export const arrowsOf = (from: string, source: string): Arrow[] =>
  [...source.matchAll(importing)].map(([, , to = '']) => ({
    from,
    to: to.startsWith('.') ? posix.join(posix.dirname(from), to) : to,
  }));
