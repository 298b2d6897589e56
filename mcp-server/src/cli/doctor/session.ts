import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Environment } from '../../config.ts';

export interface Launch {
  command: string;
  args: string[];
  env: Environment;
}

export interface Ending {
  exitCode: number | null;
  /** From the end of its input to the end of the process. */
  exitMs: number;
  /** Whatever came on stdout that is no MCP message. */
  strayBytes: number;
}

/** One server process, spoken to in lines as a client would: from the outside, without a library in between. */
export interface Session {
  startedAt: number;
  ask(method: string, params: object): Promise<Record<string, unknown>>;
  notify(method: string): void;
  usage(): Promise<Usage | undefined>;
  end(): Promise<Ending>;
  kill(): void;
}

export interface Usage {
  cpuMs: number;
  residentMb: number;
}

interface Message {
  id?: number;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

export function startSession({ command, args, env }: Launch): Session {
  const startedAt = performance.now();
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Map<number, (message: Message) => void>();
  let complaints = '';
  let strayBytes = 0;
  let ids = 0;

  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-2_000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = messageIn(line);
    if (!message) strayBytes += Buffer.byteLength(line) + 1;
    else if (message.id !== undefined) waiting.get(message.id)?.(message);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  ended.catch(() => undefined);

  const send = (message: object) => void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const endedEarly = async (): Promise<never> => {
    const code = await ended;
    const lastWords = complaints.trim().split('\n').at(-1) ?? '';
    throw new Error(`it ended with exit code ${code}${lastWords ? `: ${lastWords}` : ''}`);
  };

  return {
    startedAt,
    async ask(method, params) {
      const id = ++ids;
      const answer = new Promise<Message>((resolve) => waiting.set(id, resolve));
      send({ id, method, params });
      const { result, error } = await Promise.race([answer, endedEarly()]);
      if (result) return result;
      throw new Error(`it answered ${method} with an error: ${error?.message ?? 'no reason'}`);
    },
    notify: (method) => send({ method }),
    usage: () => usageOf(child.pid),
    async end() {
      const endedAt = performance.now();
      child.stdin.end();
      const exitCode = await ended;
      return { exitCode, exitMs: performance.now() - endedAt, strayBytes };
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function messageIn(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return (message as { jsonrpc?: unknown }).jsonrpc === '2.0' ? (message as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** Only Linux tells of a running process in a file; elsewhere nothing is said. Its clock ticks come a hundred a second. */
async function usageOf(pid: number | undefined): Promise<Usage | undefined> {
  try {
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const residentKb = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, residentMb: Number(residentKb) / 1_024 };
  } catch {
    return undefined;
  }
}
