import { simulateLogs } from '../evals/off-policy-simulation.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';

const logs = 300;
const sizes = [
  { exploration: 0.05, recommendations: 6_000 },
  { exploration: 0.1, recommendations: 1_500 },
  { exploration: 0.1, recommendations: 4_000 },
  { exploration: 0.2, recommendations: 1_000 },
  { exploration: 0.2, recommendations: 4_000 },
];

/** How far off the report is, and how often its intervals have the truth, by the functions that it is made with. */
export const portfolioOffPolicy: Entry = {
  title: `What the incumbent would have done, from ${logs} simulated logs each, whose truth is known`,
  lasts: 'two minutes',
  async run() {
    const reference = [referenceNs()];
    const found = sizes.map((size, i) => ({
      name: `${size.recommendations} recommendations, exploration ${size.exploration}`,
      ...simulateLogs({ ...size, expectationErrorPoints: 5, logs, seed: i + 1 }),
    }));
    const table = (
      title: string,
      unit: string,
      better: 'less' | 'more',
      of: (one: (typeof found)[0]) => Record<string, number>,
    ) => ({
      title,
      unit,
      better,
      base: Object.keys(of(found[0]!)).map((what) => `${what}: ${found[0]!.name}`)[0]!,
      rows: found.flatMap((one) =>
        Object.entries(of(one)).map(([what, share]) => ({ name: `${what}: ${one.name}`, samples: [100 * share] })),
      ),
    });
    const coverages = found.flatMap(({ success, saving }) => [success.coverage, saving.coverage]);
    return {
      referenceNs: reference,
      tables: [
        table('Root mean square error', 'points', 'less', ({ success, snipsSuccess, directSuccess, saving }) => ({
          'success, doubly robust': success.rmse,
          'success, SNIPS': snipsSuccess.rmse,
          'success, expectations alone': directSuccess.rmse,
          saving: saving.rmse,
        })),
        table('90 % intervals that have the truth', '%', 'more', ({ success, snipsSuccess, saving }) => ({
          'success, doubly robust': success.coverage,
          'success, SNIPS': snipsSuccess.coverage,
          saving: saving.coverage,
        })),
        table('Logs with an effective sample size that is enough', '%', 'more', ({ estimated }) => ({ estimated })),
      ],
      notes: [
        'Four models, twelve kinds of task; every fourth task is asked for twice, and costs are log-normal. Expectations are off by 5 points or percent (sd).',
        'Exploration is shared by the three models that are not the usual answer, so that the incumbent gets a third of it.',
      ],
      bars: [
        { what: 'least coverage', actual: 100 * Math.min(...coverages), kind: 'at least', limit: 85, unit: '%' },
        { what: 'most coverage', actual: 100 * Math.max(...coverages), kind: 'at most', limit: 97, unit: '%' },
      ],
    };
  },
};
