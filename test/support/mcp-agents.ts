import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { mcpServerFile } from './mcp-process.ts';

/** One real MCP client with the built server as its child, over stdio. */
export interface Agent {
  /** The protocol revision in use, as far as the client tells. */
  revision(): string | undefined;
  instructions(): string | undefined;
  listTools(): Promise<{ tools: ListedTool[] }>;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
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
  open: (env: Environment, launch?: Launch) => Promise<Agent>;
}[] = [
  // This one does not tell its revision; it knows none after 2025-11-25.
  { name: 'sdk 1.32', revision: undefined, open: openLegacy },
  { name: 'client 2.4, legacy', revision: '2025-11-25', open: (env, launch) => openModern('legacy', env, launch) },
  {
    name: 'client 2.4, pinned',
    revision: '2026-07-28',
    open: (env, launch) => openModern({ pin: '2026-07-28' }, env, launch),
  },
  { name: 'client 2.4, auto', revision: '2026-07-28', open: (env, launch) => openModern('auto', env, launch) },
];

const identity = { name: 'whetstone-test', version: '0' };

async function openLegacy(env: Environment, launch = built): Promise<Agent> {
  const client = new LegacyClient(identity);
  await client.connect(new LegacyStdio({ ...launch, env, stderr: 'ignore' }));
  return {
    revision: () => undefined,
    instructions: () => client.getInstructions(),
    listTools: () => client.listTools(),
    call: async (name, args = {}) => readResult(await client.callTool({ name, arguments: args })),
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
    call: async (name, args = {}) => readResult(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

/** The two clients type one result differently; on the wire it is this. */
function readResult(result: object): ToolResult {
  const { isError, structuredContent, content } = result as {
    isError?: boolean;
    structuredContent?: Record<string, unknown>;
    content: { text: string }[];
  };
  return { isError, text: content[0]?.text ?? '', ...(structuredContent && { structuredContent }) };
}
