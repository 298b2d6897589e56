import { createClient } from '@whetstone/shared/client';
import { buildProduct } from '../harness/checkout.ts';
import { interleave, median, ratioOf } from '../harness/measure.ts';
import type { Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { shoot, type Shot, type Target } from './shoot.ts';
import { startHello, startWhetstone, type RunningServer } from './start-server.ts';

const rounds = 5;
const secondsAShot = 4;
const warmUpSeconds = 2;

export const flagCount = 100;

type Whetstone = Awaited<ReturnType<typeof startWhetstone>>;

/** The real server, with its flags, beside the least that Fastify can do: the same questions, one after the other. */
export async function measureAgainstHello(targetsOf: (server: Whetstone) => Promise<Target[]>) {
  await buildProduct();
  return withScratch(async (dataDir) => {
    const running: RunningServer[] = [];
    try {
      const bare = await startHello();
      running.push(bare);
      const ours = await startWhetstone(dataDir);
      running.push(ours);
      const client = createClient({ baseUrl: ours.url, apiKey: ours.adminKey });
      for (let i = 0; i < flagCount; i++) await client.createFlag(flagOf(i));
      const hello = { name: 'bare Fastify hello', url: bare.url, status: 200, pid: bare.pid };
      const targets = [...(await targetsOf(ours)), hello];
      for (const target of targets) await shoot(target, warmUpSeconds);
      const contenders = targets.map((target) => ({ name: target.name, sample: () => shoot(target, secondsAShot) }));
      const measured = await interleave(contenders, rounds);
      return figuresOf(
        measured,
        targets.map(({ name }) => name),
        hello.name,
      );
    } finally {
      await Promise.all(running.map(({ stop }) => stop()));
    }
  });
}

/** On for some users, and for half of everyone in a repository: who asks for acme/api takes the second rule of each. */
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

function figuresOf(measured: Awaited<ReturnType<typeof interleave<Shot>>>, names: string[], hello: string) {
  const samples = (name: string, figure: keyof Shot) => measured.of(name).map((shot) => shot[figure]);
  const table = (title: string, figure: keyof Shot, rest: Pick<Table, 'unit' | 'better' | 'cpuUnitNs'>): Table => ({
    title,
    base: hello,
    rows: names.map((name) => ({ name, samples: samples(name, figure) })),
    ...rest,
  });
  return {
    referenceNs: measured.referenceNs,
    tables: [
      table('Requests answered', 'requestsPerSecond', { unit: 'a second', better: 'more' }),
      table("The server's CPU time per request", 'cpuUs', { unit: 'us', better: 'less', cpuUnitNs: 1_000 }),
      table('99 of 100 answers came within', 'p99Ms', { unit: 'ms', better: 'less' }),
    ],
    note: 'Every answer had the status it should have, and no connection failed; otherwise there would be no figures.',
    typical: (name: string, figure: keyof Shot) => median(samples(name, figure)),
    /** Round by round. */
    against: (name: string, figure: keyof Shot) => ratioOf(samples(name, figure), samples(hello, figure)),
    /** Of the middle rounds: a round's worst answers have little to do with those of the next. */
    typicalAgainst: (name: string, figure: keyof Shot) =>
      median(samples(name, figure)) / median(samples(hello, figure)),
  };
}
