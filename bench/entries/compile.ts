import type { EngineName } from '../engines/index.ts';
import { startEngine, type EngineProcess } from '../engines/start-engine.ts';
import type { Task } from '../engines/tasks.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';

/** A cold load takes anything from 30 to 65 ms, depending on what V8 optimises meanwhile: the median of five would be luck. */
const rounds = 21;

const peers: Record<string, EngineName> = {
  'flagd-core 4.0.1, cold': 'flagd',
  'GrowthBook 1.8.0, cold': 'growthbook',
  'Unleash 6.12.1, cold': 'unleash',
};

/** From the flags in the form the engine takes to the first answer it could give. */
export const compile: Entry = {
  title: 'Loading 1,000 flags',
  lasts: 'a minute',
  async run() {
    const warm = await startEngine('whetstone');
    try {
      await warm.perform({ kind: 'load', times: 50 });
      await warm.perform({ kind: 'change', times: 50 });
      const inWarm = (task: Task) => () => milliseconds(warm, task);
      const contenders = [
        { name: 'whetstone, cold', sample: cold('whetstone') },
        { name: 'whetstone, warm', sample: inWarm({ kind: 'load', times: 10 }) },
        { name: 'whetstone, one flag changed', sample: inWarm({ kind: 'change', times: 50 }) },
        ...Object.entries(peers).map(([name, engine]) => ({ name, sample: cold(engine) })),
      ];
      const measured = await interleave(contenders, rounds);
      const [ours] = contenders as [(typeof contenders)[0]];
      return {
        referenceNs: measured.referenceNs,
        tables: [
          {
            title: 'CPU time until ready',
            unit: 'ms',
            better: 'less' as const,
            base: ours.name,
            cpuUnitNs: 1e6,
            rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
          },
        ],
        notes: [
          'Cold is the first time in a fresh process. Only flagd-core takes text and so parses it, twice; GrowthBook compiles nothing.',
        ],
        bars: [
          {
            what: 'CPU, cold',
            actual: median(measured.of(ours.name)),
            kind: 'at most' as const,
            limit: 50,
            unit: 'ms',
          },
        ],
      };
    } finally {
      await warm.stop();
    }
  },
};

const cold = (name: EngineName) => async () => {
  const engine = await startEngine(name);
  try {
    return await milliseconds(engine, { kind: 'load', times: 1 });
  } finally {
    await engine.stop();
  }
};

const milliseconds = async ({ perform }: EngineProcess, task: Task) => (await perform(task)).cpuUs / 1_000;
