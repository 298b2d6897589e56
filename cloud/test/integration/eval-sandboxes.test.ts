import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { listening } from '../../../test/support/listening.ts';
import { sandboxPool } from '../../src/features/evals/executor/sandboxes.ts';
import { silentLog } from '../support/engines.ts';

it("a service that refuses the server's key is no reason to take the caller's for wrong, and nobody is told the key", async () => {
  const apiKey = `e2b_${'0'.repeat(36)}fake`;
  // As gateways do that repeat what they refuse.
  const gateway = await listening(
    createServer((request, response) => {
      const message = `no such key: ${String(request.headers['x-api-key'])}`;
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 401, message }));
    }),
  );
  const config = { cacheDir: '/nowhere', e2b: { apiKey, apiUrl: gateway.url } };
  const pool = sandboxPool({ config, log: silentLog });
  const refusal = await pool.lend('e2b', ['python']).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('E2B refuses E2B_API_KEY') as string,
  });
  expect(JSON.stringify(refusal, ['message', 'cause', 'stack'])).not.toContain(apiKey);
  expect((refusal as Error).stack).not.toContain(apiKey);
  await pool.stop();
  await gateway.stop();
});
