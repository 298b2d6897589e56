import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { listening } from './listening.ts';

/**
 * A forward proxy that takes any host for the server behind it, so that a test may use names that are in no DNS. It does
 * not prove that every vendor's proxy lets a stream through.
 */
export async function startProxy({ port, credentials }: { port: number; credentials?: string }) {
  const seen: { method: string; target: string; authorization: string | undefined }[] = [];
  let refuseWith: number | undefined;
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const refusal = (authorization: string | undefined) =>
    refuseWith ?? (wanted && authorization !== wanted ? 407 : undefined);

  const server = createServer((asked, answer) => {
    const authorization = asked.headers['proxy-authorization'];
    seen.push({ method: asked.method ?? '', target: asked.url ?? '', authorization });
    const status = refusal(authorization);
    if (status !== undefined) return answer.writeHead(status).end();
    const { pathname } = new URL(asked.url ?? '');
    const onward = request({ host: '127.0.0.1', port, path: pathname, method: asked.method, headers: asked.headers });
    onward.on('response', (reply) => reply.pipe(answer.writeHead(reply.statusCode ?? 502, reply.headers)));
    asked.pipe(onward);
  });
  server.on('connect', (asked, socket) => {
    const authorization = asked.headers['proxy-authorization'];
    seen.push({ method: 'CONNECT', target: asked.url ?? '', authorization });
    const status = refusal(authorization);
    if (status !== undefined) return socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  const own = await listening(server);
  return {
    ...own,
    url: credentials ? own.url.replace('//', `//${credentials}@`) : own.url,
    seen,
    refuse: (status: number) => void (refuseWith = status),
  };
}
