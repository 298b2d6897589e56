import { formatApiKey } from '@whetstone/shared/keys';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const mcpServerFile = resolve(import.meta.dirname, '../../mcp-server/dist/whetstone-mcp.js');

/** A whole key that no server has given out. */
export const someKey = formatApiKey({ selector: 'AAAAbbbb1111', secret: 's'.repeat(32) });

interface Place {
  url: string;
  apiKey?: string;
  stateDir?: string;
}

/** All that the MCP server sees of the environment; nothing of the machine it is tested on. */
export function mcpEnv({ url, apiKey = someKey, stateDir = newStateDir() }: Place) {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: stateDir,
    WHETSTONE_URL: url,
    WHETSTONE_API_KEY: apiKey,
    WHETSTONE_STATE_DIR: stateDir,
  };
}

export const newStateDir = () => mkdtempSync(join(tmpdir(), 'whetstone-state-'));

interface Message {
  id?: number;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** The built server without a client in between, to see every byte it writes. */
export function startMcpServer(env: Record<string, string>, args: string[] = [], nodeArgs: string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, mcpServerFile, ...args], { env, stdio: 'pipe' });
  const seen = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (seen.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (seen.stderr += chunk.toString()));
  // It may be gone before it has read all that was sent.
  child.stdin.on('error', () => undefined);
  const exited = new Promise<number | null>((ended) => child.once('close', ended));
  // Throws when a line is anything but JSON.
  const messages = () =>
    seen.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Message);
  return {
    seen,
    messages,
    answerTo: (id: number) => messages().find((message) => message.id === id),
    send: (message: object | string) =>
      child.stdin.write(typeof message === 'string' ? message : `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    endInput: () => child.stdin.end(),
    closeOutput: () => child.stdout.destroy(),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    exited,
  };
}

export const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '0' } },
};
