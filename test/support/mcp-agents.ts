import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { mcpServerFile } from './mcp-process.ts';

/** One real MCP client with the built server as its child, over stdio. */
export interface Agent {
  /** The protocol revision in use, as far as the client tells. */
  revision(): string | undefined;
  instructions(): string | undefined;
  listTools(): Promise<{ tools: ListedTool[] }>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(uri: string): Promise<ReadResult>;
  complete(uriTemplate: string, variable: string, value: string): Promise<{ completion: object }>;
  /** Asks to hear when the list of resources changes, and these; in the way of its era. */
  watch(uris: string[], hear: (what: string) => void): Promise<void>;
  close(): Promise<void>;
}

export interface ListedTool {
  name: string;
  outputSchema?: unknown;
  inputSchema: { properties?: Record<string, unknown> | undefined };
  annotations?: Record<string, unknown> | undefined;
}

export interface ToolResult {
  isError?: boolean | undefined;
  structuredContent?: Record<string, unknown>;
  text: string;
}

export interface CallOptions {
  signal?: AbortSignal;
  onprogress?: (progress: object) => void;
}

export interface ReadResult {
  contents: { text?: string }[];
  ttlMs?: unknown;
  cacheScope?: unknown;
}

type Environment = Record<string, string>;

/** How to start the server, as a client's configuration says it. */
export interface Launch {
  command: string;
  args: string[];
}

const built: Launch = { command: process.execPath, args: [mcpServerFile] };

/** Both SDK clients in each way they open a connection, and the protocol revision that must come of it. */
export const clients: {
  name: string;
  revision: string | undefined;
  era: 'legacy' | 'modern';
  open: (env: Environment, launch?: Launch) => Promise<Agent>;
}[] = [
  // This one does not tell its revision; it knows none after 2025-11-25.
  { name: 'sdk 1.32', revision: undefined, era: 'legacy', open: openLegacy },
  {
    name: 'client 2.4, legacy',
    revision: '2025-11-25',
    era: 'legacy',
    open: (env, launch) => openModern('legacy', env, launch),
  },
  {
    name: 'client 2.4, pinned',
    revision: '2026-07-28',
    era: 'modern',
    open: (env, launch) => openModern({ pin: '2026-07-28' }, env, launch),
  },
  {
    name: 'client 2.4, auto',
    revision: '2026-07-28',
    era: 'modern',
    open: (env, launch) => openModern('auto', env, launch),
  },
];

const identity = { name: 'whetstone-test', version: '0' };

async function openLegacy(env: Environment, launch = built): Promise<Agent> {
  const client = new LegacyClient(identity);
  await client.connect(new LegacyStdio({ ...launch, env, stderr: 'ignore' }));
  return {
    revision: () => undefined,
    instructions: () => client.getInstructions(),
    listTools: () => client.listTools(),
    call: async (name, args = {}, options) =>
      readResult(await client.callTool({ name, arguments: args }, undefined, options)),
    ...resourcesOf(client),
    async watch(uris, hear) {
      client.setNotificationHandler(ResourceListChangedNotificationSchema, () => hear('list'));
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => hear(params.uri));
      for (const uri of uris) await client.subscribeResource({ uri });
    },
    close: () => client.close(),
  };
}

type Mode = 'legacy' | 'auto' | { pin: string };

async function openModern(mode: Mode, env: Environment, launch = built): Promise<Agent> {
  const client = new ModernClient(identity, { versionNegotiation: { mode } });
  await client.connect(new ModernStdio({ ...launch, env, stderr: 'ignore' }));
  return {
    revision: () => client.getNegotiatedProtocolVersion(),
    instructions: () => client.getInstructions(),
    listTools: () => client.listTools(),
    call: async (name, args = {}, options) => readResult(await client.callTool({ name, arguments: args }, options)),
    ...resourcesOf(client),
    async watch(uris, hear) {
      client.setNotificationHandler('notifications/resources/list_changed', () => hear('list'));
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => hear(params.uri));
      if (mode === 'legacy') for (const uri of uris) await client.subscribeResource({ uri });
      else await client.listen({ resourcesListChanged: true, resourceSubscriptions: uris });
    },
    close: () => client.close(),
  };
}

/** What both clients call the same. */
const resourcesOf = (client: LegacyClient | ModernClient) => ({
  listResources: () => client.listResources(),
  listResourceTemplates: () => client.listResourceTemplates(),
  readResource: async (uri: string) => (await client.readResource({ uri })) as ReadResult,
  complete: (uri: string, name: string, value: string) =>
    client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } }),
});

/** The two clients type one result differently; on the wire it is this. */
function readResult(result: object): ToolResult {
  const { isError, structuredContent, content } = result as {
    isError?: boolean;
    structuredContent?: Record<string, unknown>;
    content: { text: string }[];
  };
  return { isError, text: content[0]?.text ?? '', ...(structuredContent && { structuredContent }) };
}

/** What every client is offered, in the order it is listed. */
export const defaultTools = [
  'evaluate_flag',
  'recommend_model',
  'record_outcome',
  'search_docs',
  'read_doc',
  'verify_citations',
  'capture_feedback',
  'get_examples',
  'get_guidance',
  'get_leaderboard',
  'run_eval',
  'get_eval_run',
  'whetstone_status',
];
