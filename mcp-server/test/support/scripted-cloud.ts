/** A cloud that answers what the test says and counts how often it was asked. */
export interface ScriptedCloud {
  fetch: typeof fetch;
  asked: Headers[];
  /** How it answers from now on. */
  answer: Reply;
}

export type Reply = (headers: Headers, signal: AbortSignal) => Promise<Response>;

export function scriptedCloud(answer: Reply): ScriptedCloud {
  const cloud: ScriptedCloud = {
    asked: [],
    answer,
    fetch: async (_url, init) => {
      const headers = new Headers(init?.headers);
      cloud.asked.push(headers);
      return cloud.answer(headers, init?.signal ?? new AbortController().signal);
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

/** Speaks ETag as the real server does. */
export function serving(revision: number, ...flags: object[]): Reply {
  const etag = `"${revision}"`;
  return async (headers) =>
    headers.get('if-none-match') === etag
      ? new Response(null, { status: 304, headers: { etag } })
      : Response.json({ revision, flags }, { headers: { etag } });
}

const connectionError = (code: string) => Object.assign(new TypeError('fetch failed'), { cause: { code } });

/** Everything that can be wrong with a cloud, and the words that must say so. */
export const faults: { fault: string; reply: Reply; says: RegExp }[] = [
  {
    fault: 'refuses connections',
    reply: () => Promise.reject(connectionError('ECONNREFUSED')),
    says: /refuses connections.*WHETSTONE_URL/,
  },
  { fault: 'is not in DNS', reply: () => Promise.reject(connectionError('ENOTFOUND')), says: /no address in DNS/ },
  { fault: 'answers 500', reply: async () => new Response('oops', { status: 500 }), says: /HTTP 500/ },
  { fault: 'answers 429', reply: async () => new Response('', { status: 429 }), says: /HTTP 429/ },
  {
    fault: 'refuses the key',
    reply: async () => new Response('{}', { status: 401 }),
    says: /refused WHETSTONE_API_KEY wsk_selector1234_…/,
  },
  {
    fault: 'forbids the key',
    reply: async () => new Response('{}', { status: 403 }),
    says: /refused WHETSTONE_API_KEY/,
  },
  { fault: 'is another service', reply: async () => new Response('', { status: 404 }), says: /HTTP 404/ },
  {
    fault: 'redirects',
    reply: async () => new Response('', { status: 301, headers: { location: 'https://new.test' } }),
    says: /redirects to https:\/\/new\.test/,
  },
  { fault: 'speaks garbage', reply: async () => new Response('<h1>Welcome</h1>'), says: /not a ruleset/ },
  { fault: 'sends half a body', reply: async () => new Response('{"revision":1,"fla'), says: /not a ruleset/ },
  { fault: 'sends other JSON', reply: async () => Response.json({ items: [] }), says: /not a ruleset/ },
  { fault: 'breaks off', reply: async () => new Response(brokenStream()), says: /cannot be reached \(ECONNRESET\)/ },
];

function brokenStream() {
  return new ReadableStream({
    start: (controller) => controller.error(connectionError('ECONNRESET')),
  });
}

/** Accepts the connection and says nothing until the caller gives up. */
export const silence: Reply = (_headers, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
