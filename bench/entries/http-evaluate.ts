import { createClient } from '@whetstone/shared/client';
import { buildProduct } from '../harness/checkout.ts';
import { interleave, median, ratioOf, type Rounds } from '../harness/measure.ts';
import type { Bar, Entry, Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { shoot, type Shot, type Target } from '../servers/shoot.ts';
import { startHello, startWhetstone, type RunningServer } from '../servers/start-server.ts';

const rounds = 5;
const secondsAShot = 4;
const warmUpSeconds = 2;
const flagCount = 100;

const hello = 'bare Fastify hello';
const evaluateFlag = 'whetstone evaluate';
const unchanged = `whetstone ruleset of ${flagCount}, 304`;
const ruleset = `whetstone ruleset of ${flagCount}, 200`;

/** The real server with its key check against the least that Fastify can do. */
export const httpEvaluate: Entry = {
  title: 'One evaluation over HTTP with a key: 20 connections, the server on its embedded engine',
  lasts: 'two minutes',
  async run() {
    await buildProduct();
    return withScratch(async (dataDir) => {
      const running: RunningServer[] = [];
      try {
        const bare = await startHello();
        running.push(bare);
        const ours = await startWhetstone(dataDir);
        running.push(ours);
        const targets = [...(await targetsOf(ours)), { name: hello, url: bare.url, status: 200, pid: bare.pid }];
        for (const target of targets) await shoot(target, warmUpSeconds);
        const contenders = targets.map((target) => ({ name: target.name, sample: () => shoot(target, secondsAShot) }));
        return report(await interleave(contenders, rounds));
      } finally {
        await Promise.all(running.map(({ stop }) => stop()));
      }
    });
  },
};

async function targetsOf({ url, pid, adminKey }: Awaited<ReturnType<typeof startWhetstone>>): Promise<Target[]> {
  const client = createClient({ baseUrl: url, apiKey: adminKey });
  for (let i = 0; i < flagCount; i++) await client.createFlag(flagOf(i));
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
}

/** On for some users, and for half of everyone in a repository: the question above takes the second rule. */
const flagOf = (i: number) => ({
  key: `flag-${i}`,
  enabled: true,
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [
    {
      id: 'users',
      when: [{ attribute: 'userId', op: 'in' as const, values: ['alice', 'carol'] }],
      serve: { variant: 'on' },
    },
    {
      id: 'repos',
      when: [{ attribute: 'repoId', op: 'in' as const, values: ['acme/api', `acme/repo-${i}`] }],
      serve: { split: [{ variant: 'on', weight: 100 }], coverage: 50 },
    },
  ],
  fallthrough: { variant: 'off' },
});

function report(measured: Rounds<Shot>) {
  const samples = (name: string, figure: keyof Shot) => measured.of(name).map((shot) => shot[figure]);
  const against = (name: string, figure: keyof Shot) => ratioOf(samples(name, figure), samples(hello, figure));
  const table = (title: string, figure: keyof Shot, rest: Pick<Table, 'unit' | 'better' | 'cpuUnitNs'>): Table => ({
    title,
    base: hello,
    rows: [evaluateFlag, unchanged, ruleset, hello].map((name) => ({ name, samples: samples(name, figure) })),
    ...rest,
  });
  const times = (what: string, actual: number, kind: Bar['kind'], limit: number): Bar => ({
    what,
    actual,
    kind,
    limit,
    unit: 'x',
  });
  return {
    referenceNs: measured.referenceNs,
    tables: [
      table('Requests answered', 'requestsPerSecond', { unit: 'a second', better: 'more' }),
      table("The server's CPU time per request", 'cpuUs', { unit: 'us', better: 'less', cpuUnitNs: 1_000 }),
      table('99 of 100 answers came within', 'p99Ms', { unit: 'ms', better: 'less' }),
    ],
    notes: [
      'Every answer had the status it should have, and no connection failed; otherwise there would be no figures.',
    ],
    bars: [
      times('evaluate against hello, requests a second', against(evaluateFlag, 'requestsPerSecond'), 'at least', 0.6),
      times('evaluate against hello, CPU per request', against(evaluateFlag, 'cpuUs'), 'at most', 2),
      times(
        'evaluate against hello, p99',
        median(samples(evaluateFlag, 'p99Ms')) / median(samples(hello, 'p99Ms')),
        'at most',
        3,
      ),
      times('ruleset 304 against hello, CPU per request', against(unchanged, 'cpuUs'), 'at most', 1.5),
    ],
  };
}
