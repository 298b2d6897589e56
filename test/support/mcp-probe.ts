import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { mcpServerFile } from './mcp-process.ts';

export interface FlagReply {
  value: unknown;
  source: string;
  reason: string;
  errorCode?: string;
  ageMs?: number;
  degradedReason?: string;
}

interface Launch {
  env: Record<string, string>;
  /** What stands before `node`: a jail, for instance. */
  within?: string[];
  /** Of node itself, such as a module to load first. */
  nodeOptions?: string[];
}

/** The built MCP server with the least of a client in front, so that what is timed is the server. */
export async function openProbe({ env, within = [], nodeOptions = [] }: Launch) {
  const [command, ...args] = [...within, process.execPath, ...nodeOptions, mcpServerFile];
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map<number, (message: Reply) => void>();
  let said = '';
  let lastId = 0;
  let isGone = false;
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as Reply;
    waiting.get(message.id)?.(message);
  });
  const exited = new Promise<number | null>((ended) => child.once('exit', ended));
  void exited.then(() => {
    isGone = true;
    for (const [id, settle] of waiting) settle({ id, error: { message: `the MCP server is gone: ${said}` } });
  });

  function request(method: string, params: object) {
    const id = ++lastId;
    if (isGone) return Promise.reject(new Error(`the MCP server is gone: ${said}`));
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      waiting.set(id, ({ result, error }) => {
        waiting.delete(id);
        if (result) resolve(result);
        else reject(new Error(error?.message ?? 'no result'));
      });
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  }

  const call = async (name: string, args: object) => {
    const { structuredContent } = await request('tools/call', { name, arguments: args });
    return structuredContent as Record<string, unknown>;
  };

  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'probe', version: '0' },
  });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return {
    pid: child.pid!,
    exited,
    said: () => said,
    /** The answer to one question about a flag, and how long it took. */
    async ask(key: string, args: object = {}) {
      const startedMs = performance.now();
      const reply = (await call('evaluate_flag', { key, ...args })) as unknown as FlagReply;
      return { reply, tookMs: performance.now() - startedMs };
    },
    status: () => call('whetstone_status', {}),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    async close() {
      child.stdin.end();
      return exited;
    },
  };
}

export type Probe = Awaited<ReturnType<typeof openProbe>>;

interface Reply {
  id: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}
