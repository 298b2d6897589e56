import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listening } from './listening.ts';

export type EmbeddingsFault =
  /** Refused for the rate, or for now; `retryAfter` is sent as given. */
  | { kind: 'refused'; status: 429 | 503; retryAfter?: string }
  | { kind: 'status'; status: number; message?: string }
  /** 200 with: a page of a proxy, one vector too few, an index twice, a number too few in each, something that is no number, zeros. */
  | { kind: 'page' | 'count' | 'twice' | 'dimension' | 'nan' | 'zero' }
  /** Good, with the last first: each says which text it is of. */
  | { kind: 'swapped' }
  /** Takes the request and says nothing, until the client hangs up. */
  | { kind: 'never' }
  | { kind: 'reset' };

export interface EmbeddingsStandInOptions {
  /** Others are answered 401. */
  apiKey?: string;
  /** Of vectors when the request names no number of its own. */
  dimensions?: number;
  /** Others are answered 404; any when absent. */
  models?: readonly string[];
  /** Words that mean the same, by the word that stands for them: `{ signin: 'login' }`. */
  concepts?: Readonly<Record<string, string>>;
  /** What befalls the n-th request, from 0. */
  fault?: ((ordinal: number) => EmbeddingsFault | undefined) | undefined;
}

interface EmbeddingsRequest {
  model: string;
  input: string[];
  encoding_format?: string;
  dimensions?: number;
}

/** OpenAI's, for a request. */
const most = { inputs: 2_048, bytesOfInput: 8_191 * 4, bytes: 300_000 * 4 };

/**
 * Speaks `POST /v1/embeddings` as OpenAI's endpoint does, with vectors made of the words of a text: the more words (or concepts)
 * two texts share, the nearer they are. It proves what the port does with answers and faults. It does not prove what a model finds
 * near, how real limits count tokens or recover, or what anyone charges.
 */
export async function startEmbeddings({
  apiKey,
  dimensions = 1_536,
  models,
  concepts = {},
  fault: faultAtFirst,
}: EmbeddingsStandInOptions = {}) {
  const requests: EmbeddingsRequest[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const state = { fault: faultAtFirst };

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await text(request);
    const refuse = (status: number, message: string, headers = {}) =>
      send(response, status, { error: { message, type: 'invalid_request_error' } }, headers);
    if (request.method !== 'POST' || request.url !== '/v1/embeddings')
      return refuse(404, `no route ${request.method} ${request.url}`);
    if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`)
      return refuse(401, `Incorrect API key provided: ${request.headers.authorization?.slice(7)}.`);
    const asked = JSON.parse(body) as EmbeddingsRequest;
    headers.push(request.headers);
    const ordinal = requests.push(asked) - 1;
    const fault = state.fault?.(ordinal);
    if (fault?.kind === 'never') return undefined;
    if (fault?.kind === 'reset') return void response.socket?.resetAndDestroy();
    if (fault?.kind === 'page')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>It works!</h1></html>');
    if (fault?.kind === 'status') return refuse(fault.status, fault.message ?? 'The server had an error.');
    if (fault?.kind === 'refused')
      return refuse(
        fault.status,
        'Slow down.',
        fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
      );
    if (models && !models.includes(asked.model)) return refuse(404, `model "${asked.model}" not found`);
    if (asked.input.length === 0 || asked.input.length > most.inputs || asked.input.includes(''))
      return refuse(400, `'input' is of 1 to ${most.inputs} texts, none of them empty`);
    const bytes = asked.input.map((input) => Buffer.byteLength(input));
    if (Math.max(...bytes) > most.bytesOfInput || bytes.reduce((sum, one) => sum + one, 0) > most.bytes)
      return refuse(400, "This model's maximum context length is 8191 tokens");
    const vectors = asked.input.map((input) =>
      meaningOf(input, { dimensions: asked.dimensions ?? dimensions, concepts }),
    );
    return send(response, 200, answerOf(asked, vectors, fault));
  }

  const { url, stop } = await listening(
    createServer((request, response) => {
      response.on('error', () => undefined);
      void serve(request, response).catch(() => response.destroy());
    }),
  );
  return {
    baseUrl: `${url}/v1`,
    /** In the order in which they arrived. */
    requests,
    headers,
    /** Every text that was asked of, refused or not. */
    texts: () => requests.flatMap(({ input }) => input),
    /** From now on; undefined for none. */
    trouble: (fault: EmbeddingsStandInOptions['fault']) => void (state.fault = fault),
    stop,
  };
}

const send = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

function answerOf(asked: EmbeddingsRequest, vectors: number[][], fault: EmbeddingsFault | undefined) {
  const changed = vectors.map((vector) => {
    if (fault?.kind === 'dimension') return vector.slice(1);
    if (fault?.kind === 'zero') return vector.map(() => 0);
    // What JSON makes of a NaN.
    if (fault?.kind === 'nan') return [null, ...vector.slice(1)];
    return vector;
  });
  const data = changed.map((vector, index) => ({
    object: 'embedding',
    index: fault?.kind === 'twice' ? 0 : index,
    embedding: asked.encoding_format === 'base64' ? inBase64(vector) : vector,
  }));
  if (fault?.kind === 'count') data.pop();
  if (fault?.kind === 'swapped') data.reverse();
  const tokens = asked.input.reduce((sum, input) => sum + Math.ceil(input.length / 4), 0);
  return { object: 'list', data, model: asked.model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

const inBase64 = (vector: (number | null)[]) =>
  Buffer.from(Float32Array.from(vector, (value) => value ?? Number.NaN).buffer).toString('base64');

/** Not of length 1: some endpoints' are not. */
function meaningOf(
  input: string,
  { dimensions, concepts }: Required<Pick<EmbeddingsStandInOptions, 'dimensions' | 'concepts'>>,
) {
  const vector = Array.from({ length: dimensions }, () => 0);
  // Even a text without words means something.
  vector[0] = 0.01;
  for (const word of input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const concept = Object.hasOwn(concepts, word) ? concepts[word]! : word;
    const place = createHash('sha1').update(concept).digest().readUInt32BE() % dimensions;
    vector[place]! += 1;
  }
  return vector;
}
