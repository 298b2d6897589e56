/** The least that an MCP server on stdio can be: one tool, no dependency, no check of anything. */

interface Request {
  id?: number;
  method: string;
  params: { protocolVersion?: string; arguments?: { text?: string } };
}

const tools = [
  {
    name: 'echo',
    description: 'Answers what it was sent',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  },
];

const results: Record<string, (params: Request['params']) => object> = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'floor', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools }),
  'tools/call': (params) => ({ content: [{ type: 'text', text: params.arguments?.text ?? '' }] }),
};

function answer({ id, method, params }: Request): void {
  if (id === undefined) return;
  const result = results[method]?.(params);
  const body = result ? { result } : { error: { code: -32601, message: `no method is called ${method}` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
}

let rest = '';
process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop()!;
  for (const line of lines) if (line !== '') answer(JSON.parse(line) as Request);
});
