import type { CallToolResult, ServerContext, Tool as ListedTool } from '@modelcontextprotocol/server';
import { readArguments } from '../tools/arguments.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { WireTool } from './server.ts';

/** A tool of ours: its arguments are checked, its answer goes out as data and as a line. */
export const wireTool = (tool: Tool, ctx: ToolContext): WireTool => ({
  listing: listed(tool),
  async call(sent, request) {
    const reading = readArguments(tool.inputSchema, sent, tool.aliases);
    if (reading.kind === 'refused') return refused(reading.complaints, tool.example);
    const outcome = await tool.handler(reading.args, { ...ctx, ...callOf(request) });
    if ('refusal' in outcome) return { isError: true, content: [{ type: 'text', text: outcome.refusal }] };
    const { structured, text } = outcome;
    const lines = [text, ...reading.repairs].join('\n');
    return { content: [{ type: 'text', text: lines }], structuredContent: asRecord(structured) };
  },
});

/** What clients get to see of a tool. The SDK types any JSON Schema as mutable JSON; ours are readonly literals. */
export const listed = ({ handler: _, aliases: __, example: ___, ...tool }: Tool) => tool as unknown as ListedTool;

/** What the model can mend by itself is a tool result, so that it is shown to the model. */
function refused(complaints: string[], example: object): CallToolResult {
  const hint = Object.keys(example).length > 0 ? `\nexample: ${JSON.stringify(example)}` : '';
  return { isError: true, content: [{ type: 'text', text: `invalid: ${complaints.join('; ')}${hint}` }] };
}

/** What a handler may know of the request: whether it is still wanted, and a way to say what takes so long. */
function callOf({ mcpReq }: ServerContext): Pick<ToolContext, 'signal' | 'progress'> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return { signal: mcpReq.signal };
  let steps = 0;
  return {
    signal: mcpReq.signal,
    progress(message) {
      const params = { progressToken, progress: ++steps, message };
      // A client that is gone by now has no use for the answer either.
      mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined);
    },
  };
}

/** Outcomes are object literals; the SDK wants an index signature, which interfaces do not have. */
const asRecord = (structured: object) => structured as Record<string, unknown>;
