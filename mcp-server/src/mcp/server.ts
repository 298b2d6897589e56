import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type CallToolResult,
  type Implementation,
  type InputRequiredResult,
  type ServerContext,
  type Tool as ListedTool,
} from '@modelcontextprotocol/server';
import type { Resource, WatchResources } from '../resources/resource.ts';
import { nearest } from '../tools/nearest.ts';
import { keepEraRules } from './era-rules.ts';
import { noticesOffered, tellOfChanges } from './notices.ts';
import { refuseCursor } from './pages.ts';
import { completeMember, listResources, listTemplates, readResource } from './resources.ts';

/** A tool as the wire has it. */
export interface WireTool {
  listing: ListedTool;
  call(sent: Record<string, unknown>, request: ServerContext): Promise<CallToolResult | InputRequiredResult>;
}

interface ServerParts<Ctx> {
  /** Which of the two protocols the client opened with: handshake, up to 2025-11-25, or none, from 2026-07-28. */
  era: 'legacy' | 'modern';
  info: Implementation;
  instructions?: string;
  tools: readonly WireTool[];
  /** Further tools, where what they are must be asked for. */
  moreTools?: (() => Promise<readonly WireTool[]>) | undefined;
  resources: readonly Resource<Ctx>[];
  watch: WatchResources<Ctx>;
  /** What resources read from. */
  ctx: Ctx;
  /** Called when the client has had its list of tools for a moment: time to begin with what answers will need. */
  onListed: () => void;
  /** Bugs end here; callers learn only that there was one. */
  onBug: (error: unknown) => void;
}

/** The same in every answer of this version, for everybody. */
const constant = { ttlMs: 3_600_000, cacheScope: 'public' } as const;
/** As old as an answer from memory may be before the cloud is asked again. */
const ofThisProject = { ttlMs: 1_000, cacheScope: 'private' } as const;

/** A client that starts many servers wants to read what it waited for before they go on working. */
const afterListMs = 25;

/**
 * Tools and resources as an MCP server. The low-level class: ours are JSON Schemas already, and McpServer would load a
 * validator for what `readArguments` checks with better words.
 */
export function mcpServer<Ctx>(parts: ServerParts<Ctx>) {
  const { era, info, instructions, tools, moreTools, resources, watch, ctx, onListed, onBug } = parts;
  const server = new Server(info, {
    capabilities: { tools: {}, resources: noticesOffered, completions: {} },
    ...(instructions !== undefined && { instructions }),
    jsonSchemaValidator: noValidator,
    cacheHints: {
      'server/discover': constant,
      'tools/list': moreTools ? ofThisProject : constant,
      'resources/templates/list': constant,
      'resources/list': ofThisProject,
    },
  });

  server.setRequestHandler('tools/list', ({ params }) => {
    refuseCursor(params?.cursor);
    setTimeout(onListed, afterListMs).unref();
    const listed = (all: readonly WireTool[]) => ({ tools: all.map(({ listing }) => listing) });
    return moreTools ? moreTools().then((more) => listed([...tools, ...more])) : listed(tools);
  });

  server.setRequestHandler('tools/call', async ({ params }, request) => {
    const called = ({ listing }: WireTool) => listing.name === params.name;
    const known = tools.find(called);
    const more = known ? [] : await (moreTools?.() ?? []);
    const tool = known ?? more.find(called);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(params.name, [...tools, ...more]));
    return guarded(params.name, request, () => tool.call(params.arguments ?? {}, request));
  });

  server.setRequestHandler('resources/list', ({ params }, request) =>
    guarded('resources/list', request, () => listResources(resources, ctx, params?.cursor)),
  );
  server.setRequestHandler('resources/templates/list', ({ params }) => {
    refuseCursor(params?.cursor);
    return { resourceTemplates: listTemplates(resources) };
  });
  server.setRequestHandler('resources/read', ({ params }, request) =>
    guarded(params.uri, request, async () => {
      const { contents, ...cacheHint } = await readResource(resources, ctx, params.uri);
      return { contents, ...(era === 'modern' && cacheHint) };
    }),
  );
  server.setRequestHandler('completion/complete', ({ params }, request) =>
    guarded('completion/complete', request, () => completeMember(resources, ctx, params)),
  );

  tellOfChanges(server, { era, resources, ctx, watch });
  keepEraRules(server, era);
  return server;

  async function guarded<T>(what: string, { mcpReq }: ServerContext, answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      // To a request that was called off, nothing is answered whatever comes of it.
      if (error instanceof ProtocolError || mcpReq.signal.aborted) throw error;
      onBug(error);
      throw new ProtocolError(ProtocolErrorCode.InternalError, `${what} failed inside Whetstone; its stderr has more`);
    }
  }
}

function unknownTool(name: string, tools: readonly WireTool[]) {
  const names = tools.map(({ listing }) => listing.name);
  const meant = nearest(name, names);
  return `no tool is called "${name.slice(0, 128)}"; ${meant ? `did you mean ${meant}?` : `there are ${names.join(', ')}`}`;
}

/** The SDK builds its default validator at start; it is only used for elicitation, which we never ask for. */
const noValidator = {
  getValidator(): never {
    throw new Error('elicitation is not in use');
  },
};
