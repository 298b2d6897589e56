import type {
  CallToolResult,
  ContentBlock,
  InputRequiredResult,
  ServerContext,
  Tool as ListedTool,
} from '@modelcontextprotocol/server';
import type { WireTool } from '../../src/mcp/server.ts';

type Answer = CallToolResult | InputRequiredResult;
type InputSchema = ListedTool['inputSchema'];

/** A tool that the official suite asks for by name. */
export const fixture = (
  name: string,
  call: (sent: Record<string, unknown>, request: ServerContext) => Answer | Promise<Answer>,
  inputSchema: InputSchema = { type: 'object', additionalProperties: false },
): WireTool => ({
  listing: { name, description: `Fixture of the conformance suite: ${name}`, inputSchema },
  call: async (sent, request) => call(sent, request),
});

export const answer = (...content: ContentBlock[]): CallToolResult => ({ content });
export const text = (words: string) => ({ type: 'text', text: words }) as const;

/** One red pixel. */
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A header and no sound. */
export const wav = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';
