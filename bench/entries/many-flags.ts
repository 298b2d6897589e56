import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { EngineName } from '../engines/index.ts';
import type { ManyFlags } from '../engines/many-flags.ts';
import { startEngine, type EngineProcess } from '../engines/start-engine.ts';
import { bundle } from '../harness/bundle.ts';
import { endWithUs } from '../harness/children.ts';
import { interleave, median, ratioOf } from '../harness/measure.ts';
import type { Bar, Entry } from '../harness/report.ts';
import { figure } from '../harness/table.ts';

const rounds = 5;
const questionsARound = 200_000;
const sizes = [1_000, 50_000] as const;
/** As many flags as the code of one agent names. */
const fewAsked = 48;

const contenders: Record<string, EngineName> = {
  whetstone: 'whetstone',
  'flagd-core 4.0.1, generated code': 'flagd',
  'GrowthBook 1.8.0 evalFeature': 'growthbook',
  'Unleash 6.12.1 isEnabled': 'unleash',
};
const patterns = { 'any flag': undefined, [`the same ${fewAsked} flags`]: fewAsked };

/** Flags of two conditions, one split and two variants, each number of them and each engine in a process of its own. */
export const manyFlags: Entry = {
  title: '50,000 flags of two conditions, one split and two variants',
  lasts: 'three minutes',
  async run() {
    const ours: ManyFlags[] = [];
    for (const size of sizes) ours.push(await costOf(size));
    const running: EngineProcess[] = [];
    try {
      const asking = [];
      for (const [name, engine] of Object.entries(contenders)) {
        for (const size of sizes) {
          const process = await startEngine(engine, 'reference', size);
          running.push(process);
          for (const [pattern, among] of Object.entries(patterns)) {
            const task = { kind: 'ask' as const, times: questionsARound, ...(among !== undefined && { among }) };
            const sample = async () => (await process.perform(task)).cpuUs;
            await sample(); // Until the code is warm.
            asking.push({ name: nameOf(name, size, pattern), sample });
          }
        }
      }
      return report(await interleave(asking, rounds), ours as [ManyFlags, ManyFlags]);
    } finally {
      await Promise.all(running.map(({ stop }) => stop()));
    }
  },
};

const nameOf = (engine: string, size: number, pattern: string) => `${engine}, ${pattern} of ${figure(size)}`;

type Measured = Awaited<ReturnType<typeof interleave<number>>>;

function report(measured: Measured, ours: [ManyFlags, ManyFlags]) {
  const [few, many] = sizes;
  const engines = Object.keys(contenders);
  const slowdown = (engine: string, pattern: string) =>
    ratioOf(measured.of(nameOf(engine, many, pattern)), measured.of(nameOf(engine, few, pattern)));
  const evaluation = Object.keys(patterns).map((pattern) => {
    const names = engines.flatMap((engine) => [nameOf(engine, many, pattern), nameOf(engine, few, pattern)]);
    return {
      title: `CPU time per evaluation, asked about ${pattern}`,
      unit: 'us',
      better: 'less' as const,
      base: names[0]!,
      cpuUnitNs: 1_000,
      rows: names.map((name) => ({ name, samples: measured.of(name) })),
    };
  });
  const cost = (title: string, unit: string, of: (one: ManyFlags) => number) => ({
    title,
    unit,
    better: 'less' as const,
    base: `${figure(few)} flags`,
    rows: sizes.map((size, i) => ({ name: `${figure(size)} flags`, samples: [of(ours[i]!)] })),
  });
  const mebi = (bytes: number) => bytes / 2 ** 20;
  const [, large] = ours;
  const [us = ''] = engines;
  const [any = '', same = ''] = Object.keys(patterns);
  return {
    referenceNs: measured.referenceNs,
    tables: [
      ...evaluation,
      { ...cost('CPU time to compile', 'ms', (one) => one.compileMs), cpuUnitNs: 1e6 },
      { ...cost('The same when one flag has changed', 'ms', (one) => one.changeMs), cpuUnitNs: 1e6 },
      cost('Ruleset, gzipped', 'MiB', (one) => mebi(one.gzipBytes)),
      cost('Heap of the compiled ruleset', 'MiB', (one) => one.compiledMiB),
    ],
    notes: [
      `The ruleset is ${figure(mebi(large.jsonBytes))} MiB of JSON; parsed it takes ${figure(large.documentMiB)} MiB ` +
        `of heap, compiled ${figure(large.compiledMiB)} MiB beside that.`,
      ...Object.keys(patterns).map(
        (pattern) =>
          `Among 50,000 instead of 1,000, asked about ${pattern}: ` +
          engines.map((engine) => `${engine} ${figure(slowdown(engine, pattern))}x`).join('; ') +
          '.',
      ),
    ],
    bars: [
      atMost('CPU per evaluation of any of 50,000', median(measured.of(nameOf(us, many, any))), 1, 'us'),
      atMost(`among 50,000 against among 1,000, ${same}`, slowdown(us, same), 1.1, 'x'),
      atMost(`among 50,000 against among 1,000, ${any}`, slowdown(us, any), 1.1, 'x'),
      atMost('ruleset, gzipped', large.gzipBytes / 1e6, 5, 'MB'),
    ],
  };
}

const atMost = (what: string, actual: number, limit: number, unit: string): Bar => ({
  what,
  actual,
  kind: 'at most',
  limit,
  unit,
});

async function costOf(size: number): Promise<ManyFlags> {
  const file = await bundle('engines/many-flags.ts');
  const child = fork(file, [String(size)], {
    env: { PATH: process.env['PATH'] },
    execArgv: ['--expose-gc'],
  });
  const stop = endWithUs(child);
  try {
    const ended = once(child, 'exit').then(([code]): never => {
      throw new Error(`the process of ${size} flags ended with ${String(code)}`);
    });
    const [result] = await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
    return result as ManyFlags;
  } finally {
    await stop();
  }
}
