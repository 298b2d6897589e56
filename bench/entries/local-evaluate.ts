import { startEngine, type EngineProcess } from '../engines/start-engine.ts';
import type { EngineName } from '../engines/index.ts';
import { sizeOf } from '../harness/bundle-size.ts';
import { interleave, median, ratioOf } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { figure } from '../harness/table.ts';
import { expectedShare, flagWorkload } from '../workload/flags.ts';

const rounds = 5;
const questionsARound = 400_000;

const contenders: Record<string, EngineName> = {
  whetstone: 'whetstone',
  'whetstone, explained': 'whetstoneExplained',
  'flagd-core 4.0.1, generated code': 'flagd',
  'GrowthBook 1.8.0 evalFeature': 'growthbook',
  'Unleash 6.12.1 isEnabled': 'unleash',
};

/** 1,000 flags of three rules and a rollout, 2,000 contexts, in process. */
export const localEvaluate: Entry = {
  title: 'One evaluation in process: 1,000 flags, 3 rules and a 25 % rollout each, 2,000 contexts',
  lasts: 'a minute',
  async run() {
    const running: EngineProcess[] = [];
    try {
      const started = [];
      for (const [name, engine] of Object.entries(contenders)) {
        const { perform, stop } = await startEngine(engine);
        running.push({ perform, stop });
        const sample = () => perform({ kind: 'ask', times: questionsARound });
        await sample(); // Until the code is warm: flagd alone generates a thousand functions.
        started.push({ name, sample });
      }
      return report(await interleave(started, rounds), await sizeOf('compileRuleset, decide'));
    } finally {
      await Promise.all(running.map(({ stop }) => stop()));
    }
  },
};

type Measured = Awaited<ReturnType<typeof interleave<Awaited<ReturnType<EngineProcess['perform']>>>>>;

function report(measured: Measured, size: { minified: number; gzipped: number }) {
  const expected = expectedShare(flagWorkload());
  const names = Object.keys(contenders);
  const cpuUs = (name: string) => measured.of(name).map((sample) => sample.cpuUs);
  const shares = names.map((name) => {
    const share = measured.of(name)[0]?.share ?? 0;
    if (Math.abs(share - expected) > 0.02) {
      throw new Error(
        `${name} is on in ${figure(share)} of the questions, expected ${figure(expected)}: it does another job`,
      );
    }
    return `${name} ${figure(share)}`;
  });
  const [ours = '', explained = '', flagd = '', growthbook = '', unleash = ''] = names;
  const timesOurs = (name: string) => ratioOf(cpuUs(name), cpuUs(ours));
  return {
    referenceNs: measured.referenceNs,
    tables: [
      {
        title: 'CPU time per evaluation',
        unit: 'us',
        better: 'less' as const,
        base: ours,
        cpuUnitNs: 1_000,
        rows: names.map((name) => ({ name, samples: cpuUs(name) })),
      },
    ],
    notes: [
      `Served share, expected ${figure(expected)}: ${shares.join(', ')}.`,
      '"explained" is with the trace and with what would change the answer.',
      `compileRuleset and decide are ${size.minified} bytes minified, ${size.gzipped} gzipped; see evaluator-size.`,
    ],
    bars: [
      { what: 'CPU per evaluation', actual: median(cpuUs(ours)), kind: 'at most' as const, limit: 1, unit: 'us' },
      {
        what: 'against flagd-core',
        actual: ratioOf(cpuUs(ours), cpuUs(flagd)),
        kind: 'at most' as const,
        limit: 1,
        unit: 'x',
      },
      { what: 'GrowthBook', actual: timesOurs(growthbook), kind: 'at least' as const, limit: 3, unit: 'x' },
      { what: 'Unleash', actual: timesOurs(unleash), kind: 'at least' as const, limit: 3, unit: 'x' },
      { what: 'CPU, explained', actual: median(cpuUs(explained)), kind: 'at most' as const, limit: 5, unit: 'us' },
    ],
  };
}
