import { join } from 'node:path';
import { createClient } from '@whetstone/shared/client';
import { bundle } from '../harness/bundle.ts';
import { buildProduct } from '../harness/checkout.ts';
import { interleave, median, type Rounds } from '../harness/measure.ts';
import { cpuMsOf, memoryMbOf } from '../harness/process-figures.ts';
import type { Bar, Entry, Table } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';
import { greet, open, type Session } from '../mcp/session.ts';
import { whetstoneIn } from '../mcp/whetstone.ts';
import { startWhetstone } from '../servers/start-server.ts';

const rounds = 7;
const callsARound = 2_000;
const concurrencies = [1, 10] as const;

const ours = 'evaluate_flag';
const floor = 'echo of the floor';

interface Volley {
  p50Ms: number;
  p99Ms: number;
  cpuUs: number;
}

/** A tool that answers from rules in memory against one that answers what it was sent, both through the same client. */
export const mcpEvaluate: Entry = {
  title: 'evaluate_flag over stdio, connected to a server, against the least that a tool can do',
  lasts: 'half a minute',
  async run() {
    await buildProduct();
    return withScratch(async (scratch) => {
      const cloud = await startWhetstone(join(scratch, 'cloud'));
      const sessions: Session[] = [];
      try {
        const admin = createClient({ baseUrl: cloud.url, apiKey: cloud.adminKey });
        await admin.createFlag({
          key: 'new-fixer-prompt',
          rolloutPercentage: 25,
          users: ['alice'],
          repos: ['acme/api'],
        });
        const place = { home: scratch, cacheDir: join(scratch, 'cache'), url: cloud.url, apiKey: cloud.adminKey };
        const mcp = open(whetstoneIn(place));
        sessions.push(mcp);
        const echo = open({ command: process.execPath, args: [await bundle('servers/mcp-floor.ts')] });
        sessions.push(echo);
        for (const session of sessions) await greet(session);
        await mcp.ask('tools/list', {});

        const evaluate = async (i: number) => {
          const args = { key: 'new-fixer-prompt', userId: `user-${i % 100}`, repoId: 'acme/web' };
          const { result } = await mcp.ask('tools/call', { name: 'evaluate_flag', arguments: args });
          const { source } = result['structuredContent'] as { source: string };
          if (source !== 'cloud') throw new Error(`an answer came from ${source}`);
        };
        const repeat = async (i: number) => {
          await echo.ask('tools/call', { name: 'echo', arguments: { text: `user-${i % 100}` } });
        };
        const contenders = concurrencies.flatMap((concurrency) => [
          { name: rowOf(ours, concurrency), sample: () => volley(mcp, evaluate, concurrency) },
          { name: rowOf(floor, concurrency), sample: () => volley(echo, repeat, concurrency) },
        ]);
        const listedMb = memoryMbOf(mcp.pid).nowMb;
        await volley(mcp, evaluate, 10, 1_000);
        const usedMb = memoryMbOf(mcp.pid).nowMb;
        await volley(mcp, evaluate, 10);
        await volley(echo, repeat, 10);
        const measured = await interleave(contenders, rounds);
        return report(
          measured,
          `${listedMb.toFixed(1)} MB after the list of tools, ${usedMb.toFixed(1)} MB after 1,000 answers`,
        );
      } finally {
        await Promise.all([...sessions.map((session) => session.stop()), cloud.stop()]);
      }
    });
  },
};

const rowOf = (name: string, concurrency: number) => `${name}, ${concurrency} at once`;

async function volley(
  session: Session,
  call: (i: number) => Promise<void>,
  concurrency: number,
  count = callsARound,
): Promise<Volley> {
  const tookMs: number[] = [];
  let next = 0;
  const before = cpuMsOf(session.pid);
  const lane = async () => {
    while (next < count) {
      const i = next++;
      const from = performance.now();
      await call(i);
      tookMs.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const cpuMs = cpuMsOf(session.pid) - before;
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.floor(tookMs.length * share)]!;
  return { p50Ms: at(0.5), p99Ms: at(0.99), cpuUs: (cpuMs * 1_000) / count };
}

function report(measured: Rounds<Volley>, memory: string) {
  const samples = (name: string, figure: keyof Volley) => measured.of(name).map((shot) => shot[figure]);
  const table = (title: string, figure: keyof Volley, rest: Pick<Table, 'unit' | 'cpuUnitNs'>): Table[] =>
    concurrencies.map((concurrency) => ({
      title: `${title}, ${concurrency} at once`,
      better: 'less',
      base: rowOf(floor, concurrency),
      rows: [ours, floor]
        .map((name) => rowOf(name, concurrency))
        .map((name) => ({ name, samples: samples(name, figure) })),
      ...rest,
    }));
  const bars: Bar[] = [
    {
      what: 'half of the answers, 10 at once',
      actual: median(samples(rowOf(ours, 10), 'p50Ms')),
      kind: 'at most',
      limit: 2,
      unit: 'ms',
    },
  ];
  return {
    referenceNs: measured.referenceNs,
    tables: [
      ...table('Half of the answers came within', 'p50Ms', { unit: 'ms' }),
      ...table('99 of 100 answers came within', 'p99Ms', { unit: 'ms' }),
      ...table("The server's CPU time per answer", 'cpuUs', { unit: 'us', cpuUnitNs: 1_000 }),
    ],
    notes: [
      `Memory of whetstone-mcp: ${memory}.`,
      "The client's own time is in every figure but the server's CPU time. Every answer came from current rules.",
    ],
    bars,
  };
}
