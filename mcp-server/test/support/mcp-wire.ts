import type { JSONRPCMessage, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import { stdioTransport } from '../../src/mcp/stdio.ts';

export type Era = 'legacy' | 'modern';

export interface Answer {
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

const soon = { interval: 5, timeout: 5_000 };

/** What every request of 2026-07-28 carries. */
export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A server behind its transport, with nothing but bytes between it and the test. */
export function connect(newServer: (era: Era) => Server) {
  const input = new PassThrough();
  const output = new PassThrough();
  const logged: string[] = [];
  let text = '';
  output.on('data', (chunk: Buffer) => (text += chunk.toString()));
  serveStdio(({ era }) => newServer(era), {
    transport: stdioTransport({ input, output, log: (message) => logged.push(message) }),
  });

  const answers = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Answer);
  const answerTo = (id: number | string) =>
    vi.waitFor(() => {
      const answer = answers().find((message) => message.id === id);
      if (!answer) throw new Error(`no answer to ${id} in ${text}`);
      return answer;
    }, soon);
  const send = (message: Partial<JSONRPCMessage> | string) =>
    input.write(typeof message === 'string' ? message : `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let lastId = 0;
  return {
    answers,
    answerTo,
    send,
    logged,
    /** As a client of that era would ask, which for legacy begins with the handshake. */
    async opened(era: Era) {
      if (era === 'legacy') {
        const clientInfo = { name: 'test', version: '0' };
        send({
          id: 'i',
          method: 'initialize',
          params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
        });
        await answerTo('i');
        send({ method: 'notifications/initialized' });
      }
      const complete = (params: Record<string, unknown> = {}) =>
        era === 'legacy' ? params : { ...params, _meta: { ...modernMeta, ...(params['_meta'] as object | undefined) } };
      return {
        start(method: string, params?: Record<string, unknown>) {
          lastId += 1;
          send({ id: lastId, method, params: complete(params) });
          return lastId;
        },
        ask(method: string, params?: Record<string, unknown>) {
          return answerTo(this.start(method, params));
        },
      };
    },
  };
}
