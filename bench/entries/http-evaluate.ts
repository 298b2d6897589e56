import type { Bar, Entry } from '../harness/report.ts';
import { flagCount, measureAgainstHello } from '../servers/against-hello.ts';

const evaluateFlag = 'whetstone evaluate';
const unchanged = `whetstone ruleset of ${flagCount}, 304`;
const ruleset = `whetstone ruleset of ${flagCount}, 200`;

/** The real server with its key check against the least that Fastify can do. */
export const httpEvaluate: Entry = {
  title: 'One evaluation over HTTP with a key: 20 connections, the server on its embedded engine',
  lasts: 'two minutes',
  async run() {
    const { referenceNs, tables, note, against, typicalAgainst } = await measureAgainstHello(
      async ({ url, pid, adminKey }) => {
        const headers = { authorization: `Bearer ${adminKey}` };
        const rulesetUrl = `${url}/api/flags/ruleset`;
        const etag = (await fetch(rulesetUrl, { headers })).headers.get('etag');
        if (etag === null) throw new Error('the ruleset has no ETag');
        const question = '/api/flags/flag-42/evaluate?userId=bob&repoId=acme/api';
        return [
          { name: evaluateFlag, url: url + question, headers, status: 200, pid },
          { name: unchanged, url: rulesetUrl, headers: { ...headers, 'if-none-match': etag }, status: 304, pid },
          { name: ruleset, url: rulesetUrl, headers, status: 200, pid },
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
      notes: [note],
      bars: [
        times('evaluate against hello, requests a second', against(evaluateFlag, 'requestsPerSecond'), 'at least', 0.6),
        times('evaluate against hello, CPU per request', against(evaluateFlag, 'cpuUs'), 'at most', 2),
        times('evaluate against hello, p99', typicalAgainst(evaluateFlag, 'p99Ms'), 'at most', 3),
        times('ruleset 304 against hello, CPU per request', against(unchanged, 'cpuUs'), 'at most', 1.5),
      ],
    };
  },
};
