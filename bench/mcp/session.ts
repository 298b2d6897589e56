import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithUs } from '../harness/children.ts';

/** How to start an MCP server. */
export interface Launch {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

export interface Session {
  pid: number;
  /** Resolves with the result, and rejects with what the server said instead. */
  ask(method: string, params: object): Promise<{ result: Record<string, unknown>; bytes: number }>;
  tell(method: string): void;
  /** Closes its stdin; resolves with the milliseconds until it was gone. */
  end(): Promise<number>;
  stop(): Promise<void>;
}

const patienceMs = 30_000;

/** The least of a client, the same for all servers: what it does itself is in every figure. */
export function open({ command, args, env = {} }: Launch): Session {
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'ignore'] });
  const stop = endWithUs(child);
  const waiting = new Map<number, (line: string) => void>();
  let lastId = 0;
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const { id } = JSON.parse(line) as { id?: number };
      if (id !== undefined) waiting.get(id)?.(line);
    }
  });
  const write = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  return {
    pid: child.pid!,
    ask: (method, params) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const timer = setTimeout(() => reject(new Error(`${args.join(' ')} did not answer ${method}`)), patienceMs);
        waiting.set(id, (line) => {
          clearTimeout(timer);
          waiting.delete(id);
          const { result, error } = JSON.parse(line) as { result?: Record<string, unknown>; error?: object };
          if (result) resolve({ result, bytes: Buffer.byteLength(line) });
          else reject(new Error(`${args.join(' ')} answered ${method} with ${JSON.stringify(error)}`));
        });
        write({ id, method, params });
      }),
    tell: (method) => void write({ method }),
    async end() {
      const gone = once(child, 'exit');
      const from = performance.now();
      child.stdin.end();
      await gone;
      return performance.now() - from;
    },
    stop,
  };
}

/** As clients up to the protocol of 2025-11-25 begin. */
export async function greet(session: Session): Promise<void> {
  const clientInfo = { name: 'whetstone-bench', version: '1.0.0' };
  await session.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  session.tell('notifications/initialized');
}

/** What each request of the protocol of 2026-07-28 carries. */
const modern = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'whetstone-bench', version: '1.0.0' },
  },
};

export type Era = 'legacy' | 'modern';

/** All that a client asks before it can call a tool. */
export async function firstList(session: Session, era: Era) {
  if (era === 'legacy') await greet(session);
  else await session.ask('server/discover', modern);
  return session.ask('tools/list', era === 'legacy' ? {} : modern);
}
