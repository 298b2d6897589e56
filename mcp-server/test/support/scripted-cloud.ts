import type { Reply, Transport } from '../../src/offline/transport/transport.ts';
import { TransportError } from '../../src/offline/transport/transport.ts';

/** A cloud that answers what the test says and keeps what it was asked. */
export interface ScriptedCloud {
  transport: Transport;
  /** Of the stream, and of the ruleset by itself. */
  asked: { stream: Headers[]; ruleset: Headers[] };
  /** All requests so far. */
  count(): number;
  /** How it answers from now on. */
  answer: Answer;
}

interface Request {
  path: 'stream' | 'ruleset';
  headers: Headers;
  signal: AbortSignal;
}

export type Answer = (request: Request) => Promise<Reply>;

export function scriptedCloud(answer: Answer): ScriptedCloud {
  const cloud: ScriptedCloud = {
    asked: { stream: [], ruleset: [] },
    count: () => cloud.asked.stream.length + cloud.asked.ruleset.length,
    answer,
    transport: async (url, { headers: sent = {}, signal = new AbortController().signal } = {}) => {
      const headers = new Headers(sent);
      const path = url.endsWith('/stream') ? 'stream' : 'ruleset';
      cloud.asked[path].push(headers);
      return cloud.answer({ path, headers, signal });
    },
  };
  return cloud;
}

/** A flag that serves `value` to everybody. */
export const flagOf = (key: string, value: unknown = true) => ({
  key,
  enabled: true,
  variants: { on: value, off: false },
  offVariant: 'off',
  rules: [],
  fallthrough: { variant: 'on' },
  version: 1,
  createdAt: '2026-03-01T08:00:00Z',
  updatedAt: '2026-03-01T08:00:00Z',
});

const project = 'p1';
export const idOf = (revision: number) => `${project}.${revision}`;
const etagOf = (revision: number) => `"${idOf(revision)}"`;

export const event = (name: string, data: object, revision?: number) =>
  `event: ${name}\n${revision === undefined ? '' : `id: ${idOf(revision)}\n`}data: ${JSON.stringify(data)}\n\n`;

/** A server without the stream. Speaks ETag as the real one does. */
export function serving(revision: number, ...flags: object[]): Answer {
  const etag = etagOf(revision);
  return async ({ path, headers }) => {
    if (path === 'stream') return new Response('{}', { status: 404 });
    return headers.get('if-none-match') === etag
      ? new Response(null, { status: 304, headers: { etag } })
      : Response.json({ revision, flags }, { headers: { etag } });
  };
}

/** A server whose stream the test holds in its hands; the ruleset by itself is there, too. */
export function streaming(revision: number, ...flags: object[]) {
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const send = (text: string) => {
    for (const stream of streams) stream.enqueue(new TextEncoder().encode(text));
  };
  const answer: Answer = async (request) => {
    if (request.path === 'ruleset') return serving(revision, ...flags)(request);
    return new Response(
      new ReadableStream<Uint8Array>({
        start(stream) {
          streams.add(stream);
          request.signal.addEventListener('abort', () => {
            if (streams.delete(stream)) stream.error(request.signal.reason);
          });
          const hasAll = request.headers.get('last-event-id') === idOf(revision);
          const text = `retry: 1000\n\n${hasAll ? '' : event('ruleset', { revision, flags }, revision)}${event('current', { revision })}`;
          stream.enqueue(new TextEncoder().encode(text));
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    );
  };
  return {
    answer,
    send,
    connected: () => streams.size,
    heartbeat: () => send(event('current', { revision })),
    /** A flag is made or changed. */
    put(flag: { key: string }) {
      revision += 1;
      flags = [...flags.filter((other) => (other as { key: string }).key !== flag.key), flag];
      send(event('flag', { revision, flag }, revision));
    },
    archive(key: string) {
      revision += 1;
      flags = flags.filter((other) => (other as { key: string }).key !== key);
      send(event('archived', { revision, key }, revision));
    },
    putSegment(segment: { key: string; [member: string]: unknown }) {
      revision += 1;
      send(event('segment', { revision, segment }, revision));
    },
    removeSegment(key: string) {
      revision += 1;
      send(event('segmentRemoved', { revision, key }, revision));
    },
    /** Ends every stream, as a restart does. */
    drop() {
      for (const stream of streams) stream.close();
      streams.clear();
    },
  };
}

const connectionError = (code: string) => new TransportError(code);

/** The same at every address. */
const always =
  (reply: () => Promise<Reply>): Answer =>
  () =>
    reply();

/** Everything that can be wrong with a cloud, and the words that must say so. */
export const faults: { fault: string; reply: Answer; says: RegExp }[] = [
  {
    fault: 'refuses connections',
    reply: always(() => Promise.reject(connectionError('ECONNREFUSED'))),
    says: /refuses connections.*WHETSTONE_URL/,
  },
  {
    fault: 'is not in DNS',
    reply: always(() => Promise.reject(connectionError('ENOTFOUND'))),
    says: /no address in DNS.*HTTPS_PROXY/,
  },
  {
    fault: 'drops every packet',
    reply: always(() => Promise.reject(connectionError('ETIMEDOUT'))),
    says: /did not answer in time.*network/,
  },
  {
    fault: 'has a certificate of nobody known',
    reply: always(() => Promise.reject(connectionError('UNABLE_TO_VERIFY_LEAF_SIGNATURE'))),
    says: /does not trust.*NODE_EXTRA_CA_CERTS/,
  },
  { fault: 'answers 500', reply: always(async () => new Response('oops', { status: 500 })), says: /HTTP 500/ },
  { fault: 'answers 429', reply: always(async () => new Response('', { status: 429 })), says: /HTTP 429/ },
  {
    fault: 'refuses the key',
    reply: always(async () => new Response('{}', { status: 401 })),
    says: /refused WHETSTONE_API_KEY wsk_selector1234_….*revoked, expired/,
  },
  {
    fault: 'forbids the key',
    reply: always(async () => new Response('{}', { status: 403 })),
    says: /refused WHETSTONE_API_KEY/,
  },
  { fault: 'is another service', reply: always(async () => new Response('', { status: 404 })), says: /HTTP 404/ },
  {
    fault: 'redirects',
    reply: always(async () => new Response('', { status: 301, headers: { location: 'https://new.test' } })),
    says: /redirects to https:\/\/new\.test/,
  },
  { fault: 'speaks garbage', reply: always(async () => new Response('<h1>Welcome</h1>')), says: /not a ruleset/ },
  {
    fault: 'sends half a body',
    reply: always(async () => new Response('{"revision":1,"fla')),
    says: /not a ruleset/,
  },
  { fault: 'sends other JSON', reply: always(async () => Response.json({ items: [] })), says: /not a ruleset/ },
  {
    fault: 'breaks off',
    reply: always(async () => new Response(brokenStream())),
    says: /cannot be reached \(ECONNRESET\)/,
  },
  {
    fault: 'streams garbage',
    reply: always(async () => eventStream('event: ruleset\nid: p1.1\ndata: {"revision":1,"fla}\n\n')),
    says: /not a ruleset/,
  },
  {
    fault: 'streams another ruleset than it names',
    reply: always(async () => eventStream(event('ruleset', { revision: 2, flags: 'none' }, 2))),
    says: /not a ruleset/,
  },
  {
    fault: 'ends its stream in the middle of the first event',
    reply: always(async () => eventStream('retry: 1000\n\nevent: ruleset\nid: p1.1\ndata: {"revision":1,')),
    says: /cannot be reached \(ECONNRESET\)/,
  },
];

export const eventStream = (text: string) =>
  new Response(text, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });

function brokenStream() {
  return new ReadableStream({
    start: (controller) => controller.error(connectionError('ECONNRESET')),
  });
}

/** Accepts the connection and says nothing until the caller gives up. */
export const silence: Answer = ({ signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
