import { WebSocket, type ClientOptions } from 'ws';

export interface Follower {
  socket: WebSocket;
  messages: { seq: number; type: string; [member: string]: unknown }[];
  /** Of each message, on the steady clock. */
  arrivedMs: number[];
  closed: Promise<{ code: number; reason: string }>;
}

type Opened = Follower | { refused: { status: number; type: string | undefined; problem: Record<string, unknown> } };

/** Connects, or says how that was refused. */
export function follow(url: string, options: ClientOptions = {}): Promise<Opened> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), options);
  const messages: Follower['messages'] = [];
  const arrivedMs: number[] = [];
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Follower['messages'][number]);
    arrivedMs.push(performance.now());
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => resolve({ socket, messages, arrivedMs, closed }));
    socket.on('unexpected-response', (_, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () =>
        resolve({
          refused: {
            status: response.statusCode ?? 0,
            type: response.headers['content-type'],
            problem: JSON.parse(text) as Record<string, unknown>,
          },
        }),
      );
    });
  });
}
