import { createServer } from 'node:http';
import { listening } from '../../../test/support/listening.ts';
import { seeded } from './planted-secrets.ts';

/**
 * Applies each idempotency key once, as the cloud does, and then loses a share of its answers: the connection breaks after
 * the effect. It also serves the flags it is given. It does not prove that the real server keeps receipts; its own tests do.
 */
export async function startForgetfulCloud(lossShare: number, flags: object[] = [], port = 0) {
  const applied = new Map<string, string>();
  const seen = { requests: 0, lost: 0 };
  const random = seeded(11);
  const server = createServer((request, response): unknown => {
    if (request.method === 'GET') {
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ revision: 1, flags }));
    }
    seen.requests += 1;
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    return request.on('end', () => {
      const id = String(request.headers['idempotency-key']);
      if (!applied.has(id)) applied.set(id, body);
      if (random() >= lossShare)
        return response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"accepted":1,"recorded":1,"id":"applied"}');
      seen.lost += 1;
      return response.destroy();
    });
  });
  return { ...(await listening(server, port)), applied, seen };
}
