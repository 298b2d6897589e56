import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ManyFlags } from '../engines/many-flags.ts';
import { bundle } from '../harness/bundle.ts';
import { endWithUs } from '../harness/children.ts';
import { median, ratioOf } from '../harness/measure.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';
import { figure } from '../harness/table.ts';

const rounds = 5;
const questions = 400_000;
const sizes = [1_000, 50_000];

/** Flags of two conditions, one split and two variants, each number of them in a process of its own. */
export const manyFlags: Entry = {
  title: '50,000 flags of two conditions, one split and two variants',
  lasts: 'a minute',
  async run() {
    const reference = [referenceNs()];
    const measured: { name: string; result: ManyFlags }[] = [];
    for (const size of sizes) {
      measured.push({ name: `${figure(size)} flags`, result: await measure(size) });
      reference.push(referenceNs());
    }
    const [few, many] = measured as [(typeof measured)[0], (typeof measured)[0]];
    const { result } = many;
    const table = (title: string, unit: string, of: (one: ManyFlags) => number[]) => ({
      title,
      unit,
      better: 'less' as const,
      base: few.name,
      rows: measured.map((one) => ({ name: one.name, samples: of(one.result) })),
    });
    const mebi = (bytes: number) => bytes / 2 ** 20;
    return {
      referenceNs: reference,
      tables: [
        { ...table('CPU time per evaluation', 'us', (one) => one.evaluateUs), cpuUnitNs: 1_000 },
        { ...table('CPU time to compile', 'ms', (one) => [one.compileMs]), cpuUnitNs: 1e6 },
        { ...table('The same when one flag has changed', 'ms', (one) => [one.changeMs]), cpuUnitNs: 1e6 },
        table('Ruleset, gzipped', 'MiB', (one) => [mebi(one.gzipBytes)]),
        table('Heap of the compiled ruleset', 'MiB', (one) => [one.compiledMiB]),
      ],
      notes: [
        `The ruleset is ${figure(mebi(result.jsonBytes))} MiB of JSON; parsed it takes ${figure(result.documentMiB)} MiB ` +
          `of heap, compiled ${figure(result.compiledMiB)} MiB beside that.`,
        `An evaluation among 50,000 costs ${figure(ratioOf(result.evaluateUs, few.result.evaluateUs))}x one among 1,000: ` +
          'what is asked at random is rarely in the cache of the processor.',
      ],
      bars: [
        { what: 'CPU per evaluation', actual: median(result.evaluateUs), kind: 'at most', limit: 1, unit: 'us' },
        { what: 'ruleset, gzipped', actual: result.gzipBytes / 1e6, kind: 'at most', limit: 5, unit: 'MB' },
      ],
    };
  },
};

async function measure(size: number): Promise<ManyFlags> {
  const file = await bundle('engines/many-flags.ts');
  const child = fork(file, [size, rounds, questions].map(String), {
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
