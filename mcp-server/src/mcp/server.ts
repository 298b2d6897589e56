import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type CallToolResult,
  type Tool as ListedTool,
} from '@modelcontextprotocol/server';
import { readArguments } from '../tools/arguments.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';

const instructions =
  'Whetstone says whether a prompt, model, tool or feature is switched on for this user and repository: call evaluate_flag before using one that may be. ' +
  'Every answer says how fresh it is; when degradedReason is present, tell the user, and call whetstone_status for more.';

interface ServerParts {
  tools: readonly Tool[];
  ctx: ToolContext;
  /** Called once the client has its first list of tools, the moment to begin with what answers will need. */
  onListed: () => void;
  /** Bugs end here; callers learn only that there was one. */
  onBug: (error: unknown) => void;
}

/**
 * The tools as an MCP server. The low-level class: ours are JSON Schemas already, and McpServer would load a validator
 * for what `readArguments` checks with better words.
 */
export function mcpServer({ tools, ctx, onListed, onBug }: ServerParts) {
  const server = new Server(
    { name: 'whetstone', title: 'Whetstone', version: ctx.version },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator: noValidator },
  );

  server.setRequestHandler('tools/list', () => {
    setImmediate(onListed);
    return { tools: tools.map(listed) };
  });

  server.setRequestHandler('tools/call', async ({ params }) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(params.name, tools));
    try {
      return await call(tool, params.arguments ?? {}, ctx);
    } catch (error) {
      onBug(error);
      throw new ProtocolError(
        ProtocolErrorCode.InternalError,
        `${tool.name} failed inside Whetstone; its stderr has more`,
      );
    }
  });

  return server;
}

/** What the model can mend by itself is a tool result, so that it is shown to the model. */
async function call(tool: Tool, sent: Record<string, unknown>, ctx: ToolContext): Promise<CallToolResult> {
  const reading = readArguments(tool.inputSchema, sent, tool.aliases);
  if (reading.kind === 'refused') {
    const text = `invalid: ${reading.complaints.join('; ')}`;
    return { isError: true, content: [{ type: 'text', text }] };
  }
  const { structured, text } = await tool.handler(reading.args, ctx);
  const lines = [text, ...reading.repairs].join('\n');
  return { content: [{ type: 'text', text: lines }], structuredContent: asRecord(structured) };
}

/** The SDK types any JSON Schema as mutable JSON; ours are readonly literals of the same shape. */
const listed = ({ handler: _, aliases: __, ...tool }: Tool) => tool as unknown as ListedTool;

const unknownTool = (name: string, tools: readonly Tool[]) =>
  `no tool is called "${name}"; there are ${tools.map((tool) => tool.name).join(', ')}`;

/** Outcomes are object literals; the SDK wants an index signature, which interfaces do not have. */
const asRecord = (structured: object) => structured as Record<string, unknown>;

/** The SDK builds its default validator at start; it is only used for elicitation, which we never ask for. */
const noValidator = {
  getValidator(): never {
    throw new Error('elicitation is not in use');
  },
};
