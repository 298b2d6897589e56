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
const bulk = `OFREP, ${flagCount} flags, 200`;
const unchanged = `OFREP, ${flagCount} flags, 304`;
const single = 'OFREP, one flag';

/** What OpenFeature's providers ask, with a key and a body, against the least that Fastify can do. */
export const httpBulk: Entry = {
  title: 'Evaluations by OFREP over HTTP with a key: 20 connections, the server on its embedded engine',
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
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ context: { targetingKey: 'bob', repoId: 'acme/api', plan: 'pro' } });
  const everyFlag = `${url}/ofrep/v1/evaluate/flags`;
  const first = await fetch(everyFlag, { method: 'POST', headers, body });
  const etag = first.headers.get('etag');
  const { flags } = (await first.json()) as { flags: { reason?: string }[] };
  const splits = flags.filter(({ reason }) => reason === 'SPLIT').length;
  if (etag === null || splits !== flagCount) throw new Error(`expected ${flagCount} splits and an ETag, got ${splits}`);
  return [
    { name: bulk, url: everyFlag, headers, body, status: 200, pid },
    { name: unchanged, url: everyFlag, headers: { ...headers, 'if-none-match': etag }, body, status: 304, pid },
    { name: single, url: `${everyFlag}/flag-42`, headers, body, status: 200, pid },
  ];
}

/** On for some users, and for half of everyone in a repository: the context above takes the second rule of each. */
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
    rows: [bulk, unchanged, single, hello].map((name) => ({ name, samples: samples(name, figure) })),
    ...rest,
  });
  const bar = (what: string, actual: number, limit: number, unit: string): Bar => ({
    what,
    actual,
    kind: 'at most',
    limit,
    unit,
  });
  return {
    referenceNs: measured.referenceNs,
    tables: [
      table('Requests answered', 'requestsPerSecond', { unit: 'a second', better: 'more' }),
      table("The server's CPU time per request", 'cpuUs', { unit: 'us', better: 'less', cpuUnitNs: 1_000 }),
      table('99 of 100 answers came within', 'p99Ms', { unit: 'ms', better: 'less' }),
    ],
    notes: [
      'Ours are POSTs with a body, the hello is a GET without one.',
      'Every answer had the status it should have, and no connection failed; otherwise there would be no figures.',
    ],
    bars: [
      bar(`${flagCount} flags, CPU per request`, median(samples(bulk, 'cpuUs')), 200, 'us'),
      bar('304 against hello, CPU per request', against(unchanged, 'cpuUs'), 1.5, 'x'),
    ],
  };
}
