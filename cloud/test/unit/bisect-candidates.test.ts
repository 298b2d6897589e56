import { guidanceText } from '@whetstone/shared/feedback';
import { expect, it } from 'vitest';
import { candidatesOf } from '../../src/features/evals/bisect/candidates.ts';
import type { KnownRequest } from '../../src/features/evals/bisect/bisect-row.ts';

const rule = (text: string) => ({
  id: text,
  text,
  taskTypes: [],
  languages: [],
  expiresAt: '2020-01-01T00:00:00.000Z',
});
const valuesOf = (values: unknown[]) => values.map((value, i) => ({ version: i + 1, value, change: 'updated' }));

const guidancesOf = async (values: unknown[]) => {
  const over = { kind: 'flagVersions', flag: 'guidance', variant: 'g1', good: 1, bad: values.length };
  const found = await candidatesOf(
    { projectId: 'a project', transaction: (work) => work({} as never) },
    { over, subject: { kind: 'model', model: 'a model' } } as KnownRequest,
    { commitsOf: async () => [], variantValues: async () => valuesOf(values) },
  );
  return found.map(({ guidance }) => guidance);
};

it('puts guidance before prompts as agents were given it, rules that have expired since included', async () => {
  const [first, second] = [
    { version: 'g1', rules: [rule('Return early')] },
    { version: 'g1', rules: [rule('Return early'), rule('Nest deeply')] },
  ];
  expect(await guidancesOf([first, second])).toEqual([
    guidanceText(first, { nowMs: 0 }).text,
    guidanceText(second, { nowMs: 0 }).text,
  ]);
  expect((await guidancesOf([first, second]))[1]).toMatch(/\n- Return early\n- Nest deeply$/);
});

it('puts any other value there as it is', async () => {
  expect(await guidancesOf(['Be brief', { tone: 'short' }])).toEqual(['Be brief', '{\n  "tone": "short"\n}']);
});
