import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { listening } from './listening.ts';

/**
 * Stands between a client and a server and misbehaves on demand, over real sockets: what a broken network, a broken
 * gateway or a dying server look like from the client's side. Without a fault it passes everything on unchanged.
 */
export async function startFaultyProxy(upstream: string, first: Fault = 'none') {
  let target = upstream;
  let fault = first;
  let loseAnswer = () => false;
  let hearWrite: (write: Write) => void = () => undefined;
  const lost = { count: 0 };
  const underWay = new Set<{ answer: IncomingMessage; response: ServerResponse }>();

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    if (fault in misbehave) return misbehave[fault as keyof typeof misbehave](request, response);
    // Frozen takes connections and lets them hang, as a dead machine behind a living router does.
    if (fault === 'frozen') return undefined;
    return passOn(request, response);
  });

  function passOn(request: IncomingMessage, response: ServerResponse) {
    const { method, url, headers } = request;
    const sent: Buffer[] = [];
    if (method === 'POST') request.on('data', (chunk: Buffer) => sent.push(chunk));
    const onward = forward(new URL(url ?? '/', target), { method, headers }, (answer) => {
      if (method === 'POST') {
        const key = String(headers['idempotency-key']);
        hearWrite({ key, body: Buffer.concat(sent).toString(), status: answer.statusCode ?? 0 });
      }
      // What was asked for has happened; only the news of it is lost.
      if (method === 'POST' && loseAnswer()) {
        lost.count += 1;
        answer.resume();
        return void response.destroy();
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
      const pair = { answer, response };
      underWay.add(pair);
      response.once('close', () => underWay.delete(pair));
    });
    response.once('close', () => onward.destroy());
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  }

  const { port, url, stop } = await listening(server);
  return {
    url,
    lost,
    /** Where to from now on: the server behind may come back on another port. */
    pointTo: (next: string) => void (target = next),
    /** Whether the answer to a write is lost after the write was made. */
    loseAnswers: (decide: () => boolean) => void (loseAnswer = decide),
    /** Every write that the server answered, whether its answer got through or not. */
    onWrite: (hear: (write: Write) => void) => void (hearWrite = hear),
    /** From now on, for what is under way as well. */
    async become(next: Fault) {
      fault = next;
      const isListening = server.listening;
      if (next === 'frozen') for (const { answer, response } of underWay) answer.unpipe(response);
      else server.closeAllConnections();
      if (next === 'down' && isListening) await new Promise<void>((closed) => server.close(() => closed()));
      if (next !== 'down' && !isListening) await listening(server, port);
    },
    stop,
  };
}

interface Write {
  key: string;
  body: string;
  status: number;
}

export type FaultyProxy = Awaited<ReturnType<typeof startFaultyProxy>>;
export type Fault = 'none' | 'down' | 'frozen' | keyof typeof misbehave;

const misbehave = {
  'black-holed': () => undefined,
  'answering 500': (_: IncomingMessage, response: ServerResponse) => response.writeHead(500).end('oops'),
  'answering 429': (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(429, { 'retry-after': '2' }).end(),
  'slow by 5 s': (_: IncomingMessage, response: ServerResponse) => {
    const timer = setTimeout(() => response.writeHead(200).end('{"revision":1,"flags":[]}'), 5_000);
    response.once('close', () => clearTimeout(timer));
  },
  'speaking garbage': (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>'),
  'speaking other JSON': (_: IncomingMessage, response: ServerResponse) => response.writeHead(200).end('[1, 2]'),
  'sending half a body': (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-length': 1_000 }).write('{"revision":1,');
    setImmediate(() => response.destroy());
  },
  'cutting the stream in an event': (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 1000\n\nevent: ruleset\nid: x.1\ndata: {"revision":1,"fla');
    setTimeout(() => response.destroy(), 20);
  },
  'hanging up': (_: IncomingMessage, response: ServerResponse) => response.destroy(),
  redirecting: (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' }).end(),
} satisfies Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>;
