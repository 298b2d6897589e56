import { sizeOf } from '../harness/bundle-size.ts';
import { referenceNs } from '../harness/reference.ts';
import type { Entry } from '../harness/report.ts';

/** What a client has to load, by what it asks of `@whetstone/shared/flags`. */
const bundles = {
  'compileRuleset and decide': 'compileRuleset, decide',
  'the same with evaluate, which explains': 'compileRuleset, evaluate',
  'decide alone, without the operators that a compiled ruleset brings': 'decide',
};

export const evaluatorSize: Entry = {
  title: 'The evaluator as it is loaded',
  lasts: 'a second',
  async run() {
    const measured = await Promise.all(
      Object.entries(bundles).map(async ([name, names]) => ({ name, ...(await sizeOf(names)) })),
    );
    const [lean] = measured as [(typeof measured)[0]];
    const table = (title: string, of: (one: typeof lean) => number) => ({
      title,
      unit: 'bytes',
      better: 'less' as const,
      base: lean.name,
      rows: measured.map((one) => ({ name: one.name, samples: [of(one)] })),
    });
    return {
      referenceNs: [referenceNs()],
      tables: [table('Minified', ({ minified }) => minified), table('Minified and gzipped', ({ gzipped }) => gzipped)],
      notes: [`The largest parts, minified: ${lean.parts}.`],
      bars: [{ what: 'evaluator, minified', actual: lean.minified, kind: 'at most', limit: 10_240, unit: 'bytes' }],
    };
  },
};
