import type { Bar, Entry } from '../harness/report.ts';
import { flagCount, measureAgainstHello } from '../servers/against-hello.ts';

const bulk = `OFREP, ${flagCount} flags, 200`;
const unchanged = `OFREP, ${flagCount} flags, 304`;
const single = 'OFREP, one flag';

/** What OpenFeature's providers ask, with a key and a body, against the least that Fastify can do. */
export const httpBulk: Entry = {
  title: 'Evaluations by OFREP over HTTP with a key: 20 connections, the server on its embedded engine',
  lasts: 'two minutes',
  async run() {
    const { referenceNs, tables, note, against, typical } = await measureAgainstHello(
      async ({ url, pid, adminKey }) => {
        const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
        const body = JSON.stringify({ context: { targetingKey: 'bob', repoId: 'acme/api', plan: 'pro' } });
        const everyFlag = `${url}/ofrep/v1/evaluate/flags`;
        const first = await fetch(everyFlag, { method: 'POST', headers, body });
        const etag = first.headers.get('etag');
        const { flags } = (await first.json()) as { flags: { reason?: string }[] };
        const splits = flags.filter(({ reason }) => reason === 'SPLIT').length;
        if (etag === null || splits !== flagCount)
          throw new Error(`expected ${flagCount} splits and an ETag, got ${splits}`);
        return [
          { name: bulk, url: everyFlag, headers, body, status: 200, pid },
          { name: unchanged, url: everyFlag, headers: { ...headers, 'if-none-match': etag }, body, status: 304, pid },
          { name: single, url: `${everyFlag}/flag-42`, headers, body, status: 200, pid },
        ];
      },
    );
    const bar = (what: string, actual: number, limit: number, unit: string): Bar => ({
      what,
      actual,
      kind: 'at most',
      limit,
      unit,
    });
    return {
      referenceNs,
      tables,
      notes: ['Ours are POSTs with a body, the hello is a GET without one.', note],
      bars: [
        bar(`${flagCount} flags, CPU per request`, typical(bulk, 'cpuUs'), 200, 'us'),
        bar('304 against hello, CPU per request', against(unchanged, 'cpuUs'), 1.5, 'x'),
      ],
    };
  },
};
