import OpenAI from 'openai';
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import { CallFault } from './call-fault.ts';
import type { Clock } from './clock.ts';
import { errorInside, faultOf, wordsOf } from './refusal.ts';
import { readReply, type Reply } from './reply.ts';
import { requestsLeft, retryAfterMs } from './retry-after.ts';

export interface EndpointOptions {
  /** Default: OpenAI's. May hold `user:password@`, sent as Basic authorisation. */
  baseUrl?: string | undefined;
  /** Absent: none is sent, as Ollama or vLLM want it. */
  apiKey?: string | undefined;
  /** For one call, body included. */
  callTimeoutMs: number;
}

/** What a call was answered, and what the answer says of the calls to come. */
export interface CallReply extends Reply {
  tookMs: number;
  requestsLeft: { remaining: number; resetMs: number } | undefined;
}

export interface Endpoint {
  /** Host and port: what may be shown and recorded of the base URL. */
  host: string;
  /** One call, no second try. Throws a CallFault for what may pass by itself. */
  call(body: ChatCompletionCreateParamsNonStreaming, signal: AbortSignal): Promise<CallReply>;
  /** Takes secrets out of what others said. */
  redact(text: string): string;
  /** The base URL without credentials and query: what prices are looked up by. */
  publicUrl: string;
}

/** Query parameters of a base URL that are credentials; others (`api-version`) may be named in a complaint. */
const secretName = /key|token|secret|sig|pass|auth|cred|^code$/i;

// Far above any answer; a broken endpoint that never stops sending is no reason to run out of memory.
const longestBodyBytes = 32 * 1024 * 1024;

export function openEndpoint({ baseUrl, apiKey, callTimeoutMs }: EndpointOptions, clock: Clock): Endpoint {
  const url = readBaseUrl(baseUrl ?? 'https://api.openai.com/v1');
  const { host } = url;
  const basic = url.username
    ? `Basic ${btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)}`
    : undefined;
  if (basic && apiKey)
    throw invalidField('baseUrl', 'it holds a user and password, and there is an API key too: which of them?');
  const publicUrl = `${url.origin}${url.pathname}`;
  const authorization = apiKey ? `Bearer ${apiKey}` : basic;
  const inQuery = [...url.searchParams].flatMap(([name, value]) => (secretName.test(name) ? [value] : []));
  const secrets = [apiKey, basic?.slice('Basic '.length), decodeURIComponent(url.password), ...inQuery]
    .flatMap((one) => (one && one.length > 3 ? [one, encodeURIComponent(one)] : []))
    // The longest first: what is left of it would still tell.
    .sort((a, b) => b.length - a.length);
  const redact = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  const client = new OpenAI({
    baseURL: publicUrl,
    // It wants one; the header is set below, or not at all.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultQuery: Object.fromEntries(url.searchParams),
    // Ours, which know the limit that all workers share.
    maxRetries: 0,
    logLevel: 'off',
    // Ours covers the body too.
    timeout: callTimeoutMs * 2,
    fetch: plainFetch(authorization),
  });

  const asker = (model: string) => ({ host, model, keyless: authorization === undefined });

  async function send(body: ChatCompletionCreateParamsNonStreaming, signal: AbortSignal) {
    const response = await client.chat.completions.create(body, { signal }).asResponse();
    const read = (name: string) => response.headers.get(name);
    // Gateways repeat the request when something breaks, and a debugging proxy always does.
    const text = redact(await textOf(response));
    const inside = errorInside(text);
    if (inside) throw faultOf({ ...inside, retryAfterMs: retryAfterMs(read, clock.now()) }, asker(body.model));
    return { ...readReply(text), requestsLeft: requestsLeft(read, clock.now()) };
  }

  async function call(body: ChatCompletionCreateParamsNonStreaming, signal: AbortSignal): Promise<CallReply> {
    const inTime = AbortSignal.timeout(callTimeoutMs);
    const startedAt = performance.now();
    try {
      const reply = await send(body, AbortSignal.any([signal, inTime]));
      return { ...reply, tookMs: performance.now() - startedAt };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (inTime.aborted) throw new CallFault(`${host} did not answer within ${callTimeoutMs} ms`, { cause: error });
      throw named(error, body.model);
    }
  }

  /** What the client throws, in our words. */
  function named(error: unknown, model: string): unknown {
    if (error instanceof OpenAI.APIError && typeof error.status === 'number') {
      const headers = error.headers as Headers | undefined;
      const read = (name: string) => headers?.get(name) ?? null;
      const should = read('x-should-retry');
      const { message, code } = wordsOf(JSON.stringify({ error: error.error ?? error.message }));
      return faultOf(
        {
          status: error.status,
          message: redact(message),
          code,
          retryAfterMs: retryAfterMs(read, clock.now()),
          shouldRetry: should === 'true' ? true : should === 'false' ? false : undefined,
        },
        asker(model),
      );
    }
    if (error instanceof CallFault || error instanceof WhetstoneError) return error;
    // No connection, a connection that broke, a body that ended too early.
    if (error instanceof OpenAI.APIError || isNetworkError(error))
      return new CallFault(`${host} cannot be reached, or hung up: ${redact(rootOf(error))}`, { cause: error });
    return error;
  }

  return { host, call, redact, publicUrl };
}

function readBaseUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw invalidField('baseUrl', 'expected an http or https URL');
  const url = new URL(text);
  url.pathname = url.pathname.replace(/(?:\/chat\/completions)?\/*$/, '');
  return url;
}

/**
 * Sends what is ours and nothing else: no header that the client takes from the environment or adds about the machine. A
 * redirect is not followed with the key in hand. Error bodies are put into the one envelope whose words the client keeps.
 */
const plainFetch =
  (authorization: string | undefined): typeof fetch =>
  async (input, init) => {
    const given = new Headers(init?.headers);
    const headers = new Headers();
    for (const name of ['accept', 'content-type', 'user-agent']) {
      const value = given.get(name);
      if (value) headers.set(name, value);
    }
    if (authorization) headers.set('authorization', authorization);
    const response = await fetch(input, { ...init, headers, redirect: 'manual' });
    if (response.ok) return response;
    const { message, code } = wordsOf(await textOf(response));
    const kept = new Headers(response.headers);
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) kept.delete(name);
    return new Response(JSON.stringify({ error: { message, code } }), { status: response.status, headers: kept });
  };

async function textOf(response: Response): Promise<string> {
  if (!response.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > longestBodyBytes) throw new CallFault(`its answer is longer than ${longestBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What fetch throws for a connection: a TypeError about its cause; one without any is a bug. */
const isNetworkError = (error: unknown) =>
  error instanceof Error &&
  (error.name === 'AbortError' || error.message === 'terminated' || error.cause instanceof Error);

/** The innermost cause says what happened: ECONNREFUSED, other side closed. */
function rootOf(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? root.message || ('code' in root ? String(root.code) : root.name) : String(root);
}
