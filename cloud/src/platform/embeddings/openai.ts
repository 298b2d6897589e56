import OpenAI from 'openai';
import { atOnce } from '../at-once.ts';
import { openService } from '../service.ts';
import { ServiceFault } from '../service-fault.ts';
import { batchesOf } from './batches.ts';
import type { Embeddings } from './embeddings.ts';
import { dimensionsOf } from './models.ts';

export interface EmbeddingsEndpoint {
  /** May hold `user:password@`, sent as Basic authorisation. */
  baseUrl: string;
  /** Absent: none is sent, as Ollama or vLLM want it. */
  apiKey?: string;
  model: string;
  dimensions: number;
}

/** Of one call of ours; the service's limits are per minute, and others ask it too. */
const requestsAtOnce = 4;

/**
 * No token is shorter than a byte, so that this is never more than the 8,191 tokens which OpenAI's models read. Others read less,
 * refuse longer texts, and are then given half.
 */
const mostBytes = 8_191;
const fewestBytes = 500;

/** OpenAI's embeddings, or those of an endpoint that speaks as it does (Ollama, vLLM, Hugging Face's), by OpenAI's client. */
export function openAiEmbeddings(endpoint: EmbeddingsEndpoint, { baseMs }: { baseMs?: number } = {}): Embeddings {
  const { apiKey, model, dimensions } = endpoint;
  const url = new URL(endpoint.baseUrl);
  const basic = url.username && btoa(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`);
  const service = openService({
    name: `The embeddings endpoint ${url.host}`,
    keyVariable: 'EMBEDDINGS_API_KEY (or OPENAI_API_KEY)',
    secrets: [apiKey ?? '', basic, decodeURIComponent(url.password)].filter((secret) => secret !== ''),
    baseMs,
  });
  const authorization = apiKey ? `Bearer ${apiKey}` : basic ? `Basic ${basic}` : null;
  const client = new OpenAI({
    baseURL: `${url.origin}${url.pathname}`,
    // It wants one; what is sent is the header, or nothing.
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultHeaders: { authorization },
    defaultQuery: Object.fromEntries(url.searchParams),
    maxRetries: 0,
    logLevel: 'off',
    fetch: service.fetch,
  });
  const learned = {
    mostBytes,
    // Endpoints that know no shorter vectors refuse to be asked for a number.
    sendsDimensions: dimensions !== dimensionsOf(model),
  };
  let failure: unknown;

  async function ask(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    for (;;) {
      signal.throwIfAborted();
      const { sendsDimensions } = learned;
      const before = { ...learned };
      try {
        const answer: unknown = await client.embeddings.create(
          {
            model,
            input: texts.map((text) => cut(text, before.mostBytes)),
            // What every endpoint knows; base64 is a quarter of it, and not everybody's.
            encoding_format: 'float',
            ...(sendsDimensions && { dimensions }),
          },
          { signal },
        );
        return vectorsIn(answer, texts.length);
      } catch (error) {
        const fault = service.faultOf(error, signal);
        if (!fault.isRefusal || !learnFrom(fault.message, before)) throw fault;
      }
    }
  }

  /** Whether there is another way to ask. */
  function learnFrom(words: string, tried: typeof learned): boolean {
    if (tried.sendsDimensions && dimensionsOf(model) === undefined && /dimension|matryoshka/i.test(words)) {
      learned.sendsDimensions = false;
      return true;
    }
    if (tried.mostBytes < fewestBytes * 2 || !/length|long|large|tokens/i.test(words)) return false;
    learned.mostBytes = Math.min(learned.mostBytes, Math.floor(tried.mostBytes / 2));
    return true;
  }

  function vectorsIn(answer: unknown, count: number): Float32Array[] {
    const nonsense = (what: string) => service.fault(`answers nonsense: ${what}`);
    const items = (answer as { data?: unknown } | undefined)?.data;
    if (!Array.isArray(items)) throw nonsense('no list of vectors');
    if (items.length !== count) throw nonsense(`${items.length} vectors for ${count} texts`);
    const vectors = Array.from<Float32Array | undefined>({ length: count });
    for (const item of items as { index?: unknown; embedding?: unknown }[]) {
      const at = item?.index;
      if (typeof at !== 'number' || !(at in items) || vectors[at])
        throw nonsense('it does not say which is of which text');
      const { embedding } = item;
      if (!Array.isArray(embedding)) throw nonsense('a vector that is no list of numbers');
      if (embedding.length !== dimensions)
        throw service.fault(
          `answers vectors of ${embedding.length} numbers, not ${dimensions}: ${model} needs EMBEDDINGS_DIMENSIONS=${embedding.length}`,
        );
      vectors[at] = unitOf(embedding) ?? raise(nonsense('a vector that is no direction'));
    }
    return vectors as Float32Array[];
  }

  async function embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    // The first failure ends the rest: all or none.
    const rest = new AbortController();
    const either = AbortSignal.any([signal, rest.signal]);
    const turn = atOnce({ running: requestsAtOnce, waiting: Infinity });
    try {
      const batches = batchesOf(texts, mostBytes);
      return (await Promise.all(batches.map((batch) => turn(() => ask(batch, either))))).flat();
    } catch (error) {
      rest.abort();
      throw error instanceof ServiceFault ? error : service.faultOf(error, signal);
    }
  }

  return {
    engine: `${model} at ${url.host}`,
    space: `${model}/${dimensions}`,
    dimensions,
    async embed(texts, { signal }) {
      try {
        const vectors = await embed(texts, signal);
        failure = undefined;
        return vectors;
      } catch (error) {
        failure = error;
        throw error;
      }
    },
    async ping() {
      if (failure) throw failure;
    },
  };
}

function raise(error: Error): never {
  throw error;
}

/** Not within a character. An empty text is none to ask about. */
function cut(text: string, bytes: number): string {
  if (text === '') return ' ';
  if (text.length * 3 <= bytes) return text;
  // What is left of a character that was cut through is held back, for more that never comes.
  return new TextDecoder().decode(Buffer.from(text).subarray(0, bytes), { stream: true });
}

/** Undefined for what has no direction: zeros, or something that is no number. */
function unitOf(values: unknown[]): Float32Array | undefined {
  if (!values.every((value) => typeof value === 'number' && Number.isFinite(value))) return undefined;
  const length = Math.sqrt((values as number[]).reduce((sum, value) => sum + value * value, 0));
  return length > 0 && Number.isFinite(length)
    ? Float32Array.from(values as number[], (value) => value / length)
    : undefined;
}
