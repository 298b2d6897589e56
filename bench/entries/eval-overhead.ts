import { ownCases, peerCases, type InstantCases } from '../evals/instant-cases.ts';
import { interleave } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const rounds = 5;
const few = 200;
const many = 1200;

/** What a harness adds to a case: the time of many cases less that of few, so that starting it does not count. */
export const evalOverhead: Entry = {
  title: `What each case costs beyond its subject and its judgement (${many} cases less ${few})`,
  lasts: 'four minutes with peers',
  run: () =>
    withScratch(async (scratch) => {
      const folder = process.env['WHETSTONE_BENCH_PEERS'];
      const harnesses: Record<string, InstantCases> = { whetstone: ownCases, ...(folder && peerCases(folder)) };
      const perCaseMs = (cases: InstantCases) => async () => {
        const timed = async (count: number) => {
          const startedAt = performance.now();
          await cases(count, scratch);
          return performance.now() - startedAt;
        };
        const start = await timed(few);
        return ((await timed(many)) - start) / (many - few);
      };
      const contenders = Object.entries(harnesses).map(([name, cases]) => ({ name, sample: perCaseMs(cases) }));
      const measured = await interleave(contenders, rounds);
      return {
        referenceNs: measured.referenceNs,
        tables: [
          {
            title: 'Wall time per case, four at a time',
            unit: 'ms',
            better: 'less' as const,
            base: 'whetstone',
            rows: contenders.map(({ name }) => ({ name, samples: measured.of(name) })),
          },
        ],
        notes: [
          'Whetstone has each answer and each verdict on disk (fdatasync) before it goes on; evalite keeps results in memory here, promptfoo writes them at the end.',
          ...(folder ? [] : ['Without peers: WHETSTONE_BENCH_PEERS names no folder that has them installed.']),
        ],
        bars: [],
      };
    }),
};
