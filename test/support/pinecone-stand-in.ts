import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listening } from './listening.ts';

export type PineconeFault =
  | { kind: 'refused'; status: 429 | 500 | 503; retryAfter?: string; words?: string }
  /** Takes the request and says nothing, until the client hangs up. */
  | { kind: 'never' }
  /** Does what it is told and hangs up before it says so. */
  | { kind: 'lost' }
  | { kind: 'page' };

export interface PineconeCall {
  /** `GET /indexes/docs`, `POST /vectors/upsert`. */
  what: string;
  body: unknown;
  bytes: number;
}

export interface PineconeStandInOptions {
  apiKey: string;
  index: string;
  dimension?: number;
  metric?: string;
  /** What befalls a call; the ordinal counts the calls of its kind, from 0. */
  fault?: ((call: PineconeCall, ordinal: number) => PineconeFault | undefined) | undefined;
}

interface DataRequest {
  namespace: string;
  vectors: { id: string; values: number[] }[];
  vector: number[];
  topK: number;
  ids?: string[];
  deleteAll?: boolean;
}

/** Pinecone's, for a request. */
const most = { bytes: 2 * 1024 * 1024, vectors: 1_000, ids: 1_000, topK: 10_000 };

/**
 * Pinecone's control plane (`describeIndex`) and data plane (upsert, query, delete, namespaces) for one index, kept in memory and
 * compared exactly. It proves that the real client and our bounds understand each other. It does not prove how the service finds
 * neighbours approximately, how long it takes until what was written is found (here: no time), its prices, its regions, or the
 * exact words of its refusals.
 */
export async function startPinecone({
  apiKey,
  index,
  dimension = 1_536,
  metric = 'cosine',
  fault: faultAtFirst,
}: PineconeStandInOptions) {
  const namespaces = new Map<string, Map<string, number[]>>();
  const calls: PineconeCall[] = [];
  const state = { fault: faultAtFirst, dimension };
  let host = '';

  function answerTo(what: string, asked: DataRequest): [status: number, body: object] {
    const rows = namespaces.get(asked.namespace);
    switch (what) {
      case `GET /indexes/${index}`:
        return [200, describe()];
      case 'POST /describe_index_stats':
        return [200, { dimension: state.dimension, totalVectorCount: 0, namespaces: {} }];
      case 'POST /vectors/upsert': {
        if (asked.vectors.length > most.vectors) return refusal(400, `at most ${most.vectors} vectors`);
        const bad = asked.vectors.find(({ id, values }) => !/^[\x20-\x7e]{1,512}$/.test(id) || !isVector(values));
        if (bad) return refusal(400, `Vector dimension ${bad.values.length} or id does not fit the index`);
        const into = rows ?? new Map<string, number[]>();
        namespaces.set(asked.namespace, into);
        for (const { id, values } of asked.vectors) into.set(id, values);
        return [200, { upsertedCount: asked.vectors.length }];
      }
      case 'POST /query': {
        if (asked.topK < 1 || asked.topK > most.topK) return refusal(400, `topK is 1 to ${most.topK}`);
        if (!isVector(asked.vector)) return refusal(400, 'Vector dimension does not match the index');
        const matches = [...(rows ?? [])]
          .map(([id, values]) => ({ id, score: cosine(values, asked.vector), values: [] }))
          .sort((a, b) => b.score - a.score)
          .slice(0, asked.topK);
        return [200, { matches, namespace: asked.namespace, usage: { readUnits: 1 } }];
      }
      case 'POST /vectors/delete':
        if (!rows) return refusal(404, 'Namespace not found');
        if (asked.deleteAll) namespaces.delete(asked.namespace);
        if ((asked.ids?.length ?? 0) > most.ids) return refusal(400, `at most ${most.ids} ids`);
        for (const id of asked.ids ?? []) rows.delete(id);
        return [200, {}];
    }
    const [, namespace] = /^DELETE \/namespaces\/(.+)$/.exec(what) ?? [];
    if (namespace !== undefined)
      return namespaces.delete(decodeURIComponent(namespace)) ? [200, {}] : refusal(404, 'Namespace not found');
    return refusal(404, `no route ${what}`);
  }

  const isVector = (values: number[]) => values.length === state.dimension && values.every(Number.isFinite);

  const describe = () => ({
    name: index,
    dimension: state.dimension,
    metric,
    host,
    vector_type: 'dense',
    deletion_protection: 'disabled',
    spec: {
      serverless: {
        cloud: 'aws',
        region: 'us-east-1',
        read_capacity: { mode: 'OnDemand', status: { state: 'Ready' } },
      },
    },
    status: { ready: true, state: 'Ready' },
  });

  async function serve(request: IncomingMessage, response: ServerResponse) {
    const body = await text(request);
    const call = {
      what: `${request.method} ${request.url}`,
      body: body === '' ? {} : (JSON.parse(body) as unknown),
      bytes: Buffer.byteLength(body),
    };
    const ordinal = calls.filter(({ what }) => what === call.what).length;
    calls.push(call);
    if (request.headers['api-key'] !== apiKey)
      return send(response, ...refusal(401, `Invalid API Key ${request.headers['api-key'] as string}`));
    const fault = state.fault?.(call, ordinal);
    switch (fault?.kind) {
      case 'never':
        return undefined;
      case 'page':
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a proxy of somebody</html>');
      case 'refused': {
        const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
        return send(response, ...refusal(fault.status, fault.words ?? 'Too many requests'), headers);
      }
      case 'lost':
        answerTo(call.what, call.body as DataRequest);
        return void response.socket?.resetAndDestroy();
      case undefined:
    }
    if (call.bytes > most.bytes) return send(response, ...refusal(400, 'Request size exceeds 2MB'));
    return send(response, ...answerTo(call.what, call.body as DataRequest));
  }

  const { url, stop } = await listening(
    createServer((request, response) => {
      response.on('error', () => undefined);
      void serve(request, response).catch(() => response.destroy());
    }),
  );
  host = url;
  return {
    /** For `PINECONE_CONTROLLER_HOST`; the index is at the same place. */
    url,
    calls,
    callsOf: (what: string) => calls.filter((call) => call.what === what),
    /** How many vectors are in which namespace. */
    counts: () => Object.fromEntries([...namespaces].map(([name, rows]) => [name, rows.size])),
    /** From now on; undefined for none. */
    trouble: (fault: PineconeStandInOptions['fault']) => void (state.fault = fault),
    stop,
  };
}

const refusal = (status: number, message: string): [number, object] => [status, { code: status, message, details: [] }];

const send = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

function cosine(a: number[], b: number[]) {
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, at) => sum + value * y[at]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
