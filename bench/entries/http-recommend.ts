import { createClient } from '@whetstone/shared/client';
import type { Bar, Entry } from '../harness/report.ts';
import { measureAgainstHello } from '../servers/against-hello.ts';

const recommend = 'whetstone recommend';
const unchanged = 'whetstone routing table, 304';

const models = Array.from({ length: 12 }, (_, i) => `model-${i + 1}`);
const outcomesAModel = 100;

/** The real server with its key check, a decision it has made before, and its entry in the log of recommendations. */
export const httpRecommend: Entry = {
  title: 'One recommendation over HTTP with a key: 20 connections, the server on its embedded engine',
  lasts: 'two minutes',
  async run() {
    const { referenceNs, tables, note, against, typicalAgainst } = await measureAgainstHello(
      async ({ url, pid, adminKey }) => {
        const client = createClient({ baseUrl: url, apiKey: adminKey });
        for (const [index, model] of models.entries())
          await client.recordOutcomes({
            outcomes: Array.from({ length: outcomesAModel }, (_, i) => outcomeOf(model, index, i)),
          });
        const headers = { authorization: `Bearer ${adminKey}` };
        await untilCounted(async () => {
          const { cells } = await client.getPortfolioReport({});
          return cells.filter(({ level }) => level === 'global').reduce((sum, { n }) => sum + n, 0);
        });
        const etag = (await fetch(`${url}/api/portfolio/table`, { headers })).headers.get('etag');
        if (etag === null) throw new Error('the routing table has no ETag');
        const question = '/api/portfolio/recommend?taskType=refactor&language=typescript&maxCost=0.9&verify=tests';
        return [
          { name: recommend, url: url + question, headers, status: 200, pid },
          {
            name: unchanged,
            url: `${url}/api/portfolio/table`,
            headers: { ...headers, 'if-none-match': etag },
            status: 304,
            pid,
          },
        ];
      },
    );
    const times = (what: string, actual: number, kind: Bar['kind'], limit: number): Bar => ({
      what,
      actual,
      kind,
      limit,
      unit: 'x',
    });
    return {
      referenceNs,
      tables,
      notes: [
        note,
        `${models.length} models with ${outcomesAModel} outcomes each; every recommendation is kept in the log.`,
      ],
      bars: [
        times('recommend against hello, requests a second', against(recommend, 'requestsPerSecond'), 'at least', 0.5),
        times('recommend against hello, p99', typicalAgainst(recommend, 'p99Ms'), 'at most', 3),
        times(
          'routing table 304 against hello, requests a second',
          against(unchanged, 'requestsPerSecond'),
          'at least',
          0.5,
        ),
      ],
    };
  },
};

const outcomeOf = (model: string, index: number, i: number) => ({
  taskId: `${model}-${i}`,
  attempt: 1,
  taskType: 'refactor',
  language: 'typescript',
  model,
  success: (i * 7) % 100 < 60 + 2 * index,
  costUsd: 0.01 * (index + 1) * (1 + (i % 10) / 10),
  timeMs: 10_000 + 100 * i,
});

async function untilCounted(counted: () => Promise<number>) {
  const deadlineMs = performance.now() + 30_000;
  while ((await counted()) < models.length * outcomesAModel) {
    if (performance.now() > deadlineMs) throw new Error('what was recorded is not all counted after 30 s');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
