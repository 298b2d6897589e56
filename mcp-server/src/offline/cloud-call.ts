import type { Config } from '../config.ts';
import { isRecord, parseJson } from '../json.ts';
import { failureText } from './transport/failure-text.ts';
import type { Transport } from './transport/transport.ts';

export interface CloudRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query, below the address of the server. */
  path: string;
  body?: object | undefined;
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

export type CloudReply =
  | { kind: 'answered'; body: Record<string, unknown> }
  /** The cloud's own word: what it does not like, as it says it. */
  | { kind: 'refused'; status: number; why: string }
  /** Nobody answered, or somebody else. A write may have arrived all the same. */
  | { kind: 'away'; why: string };

/** One question to the cloud that somebody waits for. Whatever goes wrong is an answer, never an exception. */
export type AskCloud = (request: CloudRequest) => Promise<CloudReply>;

const deadlineMs = 10_000;

export function cloudCalls({ origin, obstacle }: Pick<Config, 'origin' | 'obstacle'>, transport: Transport): AskCloud {
  if (!origin || obstacle !== undefined) return async () => ({ kind: 'away', why: obstacle ?? 'there is no cloud' });
  const { url, apiKey } = origin;

  return async ({ method, path, body, idempotencyKey, signal }) => {
    const timeout = AbortSignal.timeout(deadlineMs);
    try {
      const reply = await transport(url + path, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          accept: 'application/json',
          ...(body && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
      const answer = parseJson(await reply.text());
      if (!isRecord(answer) || (!reply.ok && typeof answer['code'] !== 'string')) return notOurs(url, reply.status);
      return reply.ok ? { kind: 'answered', body: answer } : refusal(reply.status, answer);
    } catch (error) {
      signal?.throwIfAborted();
      return { kind: 'away', why: failureText(error, url) };
    }
  };
}

function refusal(status: number, { code, detail, requestId }: Record<string, unknown>): CloudReply {
  const said = typeof detail === 'string' ? detail : `HTTP ${status}`;
  const why = said.startsWith('there is no operation at')
    ? `${said}: this server is older than this tool; update it`
    : said;
  return { kind: 'refused', status, why: `${String(code)}: ${why} (request ${String(requestId)})` };
}

const notOurs = (url: string, status: number): CloudReply => ({
  kind: 'away',
  why: `${url} answered HTTP ${status}, but not as Whetstone does; check WHETSTONE_URL and the proxy.`,
});
