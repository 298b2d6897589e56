import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { listening } from './listening.ts';

/**
 * Speaks `POST /v1/chat/completions` as OpenAI's endpoint does when nothing is streamed, and fails on demand over a real
 * socket. It counts what was asked and bills what it answered.
 *
 * It proves what the harness does with answers and faults. It does not prove that any provider sends exactly these
 * headers, envelopes and finish reasons, how long real answers take, how real limits recover, that a model understands
 * the prompt, or what anyone charges: its usage is counted in characters. It knows no TLS, HTTP/2, proxies, streaming.
 */
export async function startOpenAiStandIn({
  answer,
  fault = () => undefined,
  hold = async () => undefined,
  latencyMs = 0,
  apiKey,
}: StandInOptions) {
  const calls: StandInCall[] = [];
  const state = { underWay: 0, widest: 0 };
  const ordinals = new Map<string, number>();

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await bodyOf(request);
    if (request.method !== 'POST' || !request.url?.startsWith('/v1/chat/completions'))
      return send(response, 404, { error: { message: `no route ${request.method} ${request.url}` } });
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`)
      return send(response, 401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } });
    const asked = JSON.parse(body) as ChatRequest;
    const { problemId, ...said } = answer(asked);
    const ordinal = ordinals.get(problemId) ?? 0;
    ordinals.set(problemId, ordinal + 1);
    const trouble = fault(problemId, ordinal, asked);
    const call: StandInCall = {
      problemId,
      ordinal,
      arrivedAt: performance.now(),
      billed: false,
      delivered: false,
      request: asked,
      headers: request.headers,
      ...(trouble && { fault: trouble.kind }),
    };
    calls.push(call);
    state.underWay += 1;
    state.widest = Math.max(state.widest, state.underWay);
    response.once('close', () => {
      state.underWay -= 1;
      call.closedAt = performance.now();
    });
    if (latencyMs > 0) await delay(latencyMs);
    await hold(problemId);
    const completion = completionOf(asked, said);
    await (trouble
      ? misbehave(response, call, trouble, completion)
      : deliver(response, call, completion, said.headers));
  }

  const { url, stop } = await listening(server);
  return {
    baseUrl: `${url}/v1`,
    /** In the order in which they arrived. */
    calls,
    callsOf: (problemId: string) => calls.filter((call) => call.problemId === problemId),
    /** The most calls that were under way at once. */
    widest: () => state.widest,
    stop,
  };
}

export interface StandInOptions {
  /** Whose problem a request is, and what is said to it. */
  answer: (request: ChatRequest) => { problemId: string } & Said;
  /** What befalls the n-th request for a problem, from 0. */
  fault?: (problemId: string, ordinal: number, request: ChatRequest) => StandInFault | undefined;
  latencyMs?: number;
  /** The answer to a problem waits for it. */
  hold?: (problemId: string) => Promise<unknown>;
  /** Others are answered 401. */
  apiKey?: string;
}

export interface ChatRequest {
  model: string;
  messages: { role: string; content: string }[];
  max_tokens?: number;
  max_completion_tokens?: number;
  [parameter: string]: unknown;
}

interface Said {
  text: string;
  finish?: string;
  usage?: Record<string, unknown>;
  headers?: Record<string, string>;
}

export type StandInFault =
  /** Refused for the rate. `retryAfter` is sent as given: seconds or a date. */
  | { kind: 'refused'; status: 429 | 503; retryAfter?: string; headers?: Record<string, string> }
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** 200 with a page of a proxy, words, JSON of something else, no choices, an error. Nothing is billed. */
  | { kind: 'page' | 'words' | 'other-json' | 'no-choices' | 'error-in-200' }
  /** Takes the request and says nothing, until the client hangs up. */
  | { kind: 'never' }
  /** Hangs up before the answer, without having made one. */
  | { kind: 'reset' }
  /** Made an answer, billed it, and lost it: half of it with the whole's length, half as if it were whole, a hung-up body. */
  | { kind: 'cut-body' | 'half-json' | 'stuck-body' };

export interface StandInCall {
  problemId: string;
  ordinal: number;
  arrivedAt: number;
  closedAt?: number;
  fault?: StandInFault['kind'];
  /** An answer was made, so it costs. */
  billed: boolean;
  /** It was sent whole, and the client was still there. */
  delivered: boolean;
  /** When the refused may come again, on the clock of `arrivedAt`. */
  notBefore?: number;
  request: ChatRequest;
  headers: IncomingMessage['headers'];
}

async function bodyOf(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function completionOf({ model, messages }: ChatRequest, { text, finish = 'stop', usage }: Said) {
  const promptTokens = messages.reduce((sum, { content }) => sum + content.length, 0);
  return JSON.stringify({
    id: 'chatcmpl-stand-in',
    object: 'chat.completion',
    created: 1_800_000_000,
    model,
    choices: [
      { index: 0, finish_reason: finish, logprobs: null, message: { role: 'assistant', content: text, refusal: null } },
    ],
    usage: usage ?? {
      prompt_tokens: promptTokens,
      completion_tokens: text.length,
      total_tokens: promptTokens + text.length,
    },
  });
}

async function deliver(
  response: ServerResponse,
  call: StandInCall,
  body: string,
  headers: Record<string, string> = {},
) {
  call.billed = true;
  if (response.destroyed) return;
  response.once('finish', () => (call.delivered = true));
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
}

const send = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

function misbehave(response: ServerResponse, call: StandInCall, fault: StandInFault, completion: string) {
  switch (fault.kind) {
    case 'refused': {
      const { status, retryAfter, headers } = fault;
      if (retryAfter !== undefined)
        call.notBefore =
          performance.now() +
          (/^[\d.]+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now());
      const after = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
      return send(response, status, { error: { message: 'Slow down.', type: 'requests' } }, { ...after, ...headers });
    }
    case 'status': {
      const { status, body = '{"error":{"message":"The server had an error."}}', headers } = fault;
      return void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    }
    case 'page':
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>It works!</h1></html>');
    case 'words':
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('upstream connect error');
    case 'other-json':
      return send(response, 200, { status: 'ok' });
    case 'no-choices':
      return send(response, 200, { object: 'chat.completion', choices: [] });
    case 'error-in-200':
      return send(response, 200, { error: { code: 502, message: 'Provider returned error' } });
    case 'never':
      return undefined;
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'cut-body':
      call.billed = true;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(completion) });
      response.write(completion.slice(0, completion.length / 2), () => response.destroy());
      return undefined;
    case 'half-json':
      call.billed = true;
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(completion.slice(0, completion.length / 2));
    case 'stuck-body':
      call.billed = true;
      response.writeHead(200, { 'content-type': 'application/json' }).write(completion.slice(0, completion.length / 2));
      return undefined;
  }
}
