import {
  contract,
  hasBody,
  parseInput,
  queryShape,
  type CallOptions,
  type Client,
  type Operation,
  type WhetstoneContract,
} from '../contract/index.ts';
import { isErrorCode, WhetstoneError, type FieldError } from '../errors.ts';

export interface ClientOptions {
  baseUrl: string;
  apiKey?: string | undefined;
  fetch?: typeof fetch;
  /** Of one attempt, connection to last byte. */
  timeoutMs?: number;
  /** Further attempts for calls that are safe to repeat: reads, and writes that carry an idempotency key. */
  retries?: number;
  /** Resolves after the pause before the n-th retry (1, 2, …); injected so that tests need not wait. */
  pause?: (attempt: number) => Promise<void>;
}

/** The typed client: one method per operation of the contract. Failures are `WhetstoneError`. */
export function createClient(options: ClientOptions): Client<WhetstoneContract> {
  const methods = Object.entries(contract).map(([id, op]) => [
    id,
    (input: object, call: CallOptions = {}) => perform(op, input, call, options),
  ]);
  // The entries are built from the contract itself, so the keys and types are its own.
  return Object.fromEntries(methods) as Client<WhetstoneContract>;
}

async function perform(op: Operation, input: object, call: CallOptions, options: ClientOptions) {
  const key = op.idempotent ? (call.idempotencyKey ?? crypto.randomUUID()) : undefined;
  const request = requestFor(op, parsedInput(op, input), key, options);
  const repeatable = op.method === 'GET' || key !== undefined;
  const { retries = 2, pause = jitteredPause } = options;

  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptOnce(op, request, call, options);
    } catch (error) {
      const mayHeal = error instanceof WhetstoneError && error.code === 'unavailable' && !call.signal?.aborted;
      if (!repeatable || !mayHeal || attempt >= retries) throw error;
      await pause(attempt + 1);
    }
  }
}

/** What travels as query beside a body has a schema of its own. */
function parsedInput(op: Operation, input: object): Record<string, unknown> {
  if (!op.query) return toRecord(parseInput(op.input, input));
  const inQuery = ([name]: [string, unknown]) => Object.hasOwn(queryShape(op), name);
  const query = Object.entries(input).filter(inQuery);
  const rest = Object.entries(input).filter((entry) => !inQuery(entry));
  return {
    ...toRecord(parseInput(op.input, Object.fromEntries(rest))),
    ...toRecord(parseInput(op.query, Object.fromEntries(query))),
  };
}

async function attemptOnce(op: Operation, { url, init }: Sendable, call: CallOptions, options: ClientOptions) {
  const { ok, body } = await send(url, init, call, options, op.lines ? pageOfLines : undefined);
  if (!ok) throw asWhetstoneError(body);
  const result = op.output.safeParse(body);
  if (result.success) return result.data;
  throw new WhetstoneError('unavailable', `${url.origin} answered in a shape this client does not know; update it`, {
    cause: result.error,
  });
}

interface Sendable {
  url: URL;
  init: { method: string; headers: Record<string, string>; body?: string };
}

function requestFor(
  op: Operation,
  input: Record<string, unknown>,
  key: string | undefined,
  options: ClientOptions,
): Sendable {
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const path = op.path.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest.get(name);
    rest.delete(name);
    return encodeURIComponent(String(value));
  });
  // Appended, not resolved: a base URL may have a path of its own (a gateway's prefix).
  const url = new URL(options.baseUrl.replace(/\/+$/, '') + path);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.apiKey) headers['authorization'] = `Bearer ${options.apiKey}`;
  if (key) headers['idempotency-key'] = key;

  if (!hasBody(op)) {
    for (const [name, value] of queryOf(op, rest)) url.searchParams.append(name, queryText(value));
    return { url, init: { method: op.method, headers } };
  }
  for (const name of Object.keys(queryShape(op))) {
    if (rest.has(name)) url.searchParams.append(name, queryText(rest.get(name)));
    rest.delete(name);
  }
  headers['content-type'] = 'application/json';
  return { url, init: { method: op.method, headers, body: JSON.stringify(Object.fromEntries(rest)) } };
}

/** The collected `rest` of an operation travels as query names of its own; a list repeats its name. */
function queryOf(op: Operation, rest: Map<string, unknown>): [string, unknown][] {
  return [...rest].flatMap(([name, value]): [string, unknown][] =>
    name === op.rest
      ? Object.entries(value as object)
          .filter(isSayable(rest))
          .flatMap(repeated)
      : [[name, value]],
  );
}

/** What a query can say: null is as good as missing, an object is of no use to a condition, and a field goes first. */
const isSayable =
  (fields: Map<string, unknown>) =>
  ([name, value]: [string, unknown]) =>
    !fields.has(name) && value !== null && (typeof value !== 'object' || Array.isArray(value));

const repeated = ([name, value]: [string, unknown]): [string, unknown][] =>
  Array.isArray(value) ? value.map((item): [string, unknown] => [name, item]) : [[name, value]];

const queryText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Sends and reads to the end: a refused connection, a timeout and a proxy's HTML page are all "unavailable". */
async function send(
  url: URL,
  init: Sendable['init'],
  call: CallOptions,
  options: ClientOptions,
  read = (response: Response): Promise<unknown> => response.json(),
) {
  const { fetch = globalThis.fetch, timeoutMs = 5_000 } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
    const response = await fetch(url, { ...init, signal });
    const body = await (response.ok ? read(response) : response.json());
    return { ok: response.ok, body };
  } catch (cause) {
    const why = timeout.aborted ? `within ${timeoutMs} ms` : 'that could be read';
    throw new WhetstoneError('unavailable', `no answer from ${url.origin} ${why}`, { cause });
  }
}

/** A page whose items came one a line. */
async function pageOfLines(response: Response) {
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return { items: lines.map((line): unknown => JSON.parse(line)), nextCursor: response.headers.get('x-next-cursor') };
}

function asWhetstoneError(body: unknown) {
  const { code, detail, errors, type: _type, title: _title, status: _status, requestId, ...extra } = toRecord(body);
  const message = typeof detail === 'string' ? detail : 'the cloud gave no reason';
  const details = {
    ...(Array.isArray(errors) ? { errors: errors as FieldError[] } : {}),
    extra: { ...extra, requestId },
  };
  return new WhetstoneError(isErrorCode(code) ? code : 'internal', message, details);
}

/** Any JSON object as a record; anything else as an empty one. */
const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Full jitter: random(0, min(2 s, 100 ms · 2^n)), after AWS's "Exponential Backoff and Jitter". */
const jitteredPause = (attempt: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, Math.random() * Math.min(2_000, 100 * 2 ** attempt));
  });
