import { describe, expect, it } from 'vitest';
import { outcomesIn } from '../../../src/replay/outcomes.ts';
import { contentOf, jsonLines } from '../../support/routing-outcomes.ts';

const row = { task_id: 'a', model: 'm', success: 1, cost_usd: 0.5, repo: 'r' };
const read = (...rows: object[]) => outcomesIn(contentOf(jsonLines(rows)));

describe('a file of outcomes', () => {
  it('may lack pairs, columns, costs and times', () => {
    const { tasks, models } = read(
      { ...row, time_ms: null, mood: 'ignored' },
      { task_id: 'a', model: 'n', success: 0, repo: 'r' },
      { task_id: 'b', model: 'n', success: 1, cost_usd: null },
    );
    expect(models).toEqual(['m', 'n']);
    expect(tasks.map(({ results }) => [results[0]?.costUsd, results[1]?.solved])).toEqual([
      [0.5, false],
      [undefined, true],
    ]);
  });

  it.each([
    [{ cost_usd: -1 }, /line 2: cost_usd: expected no negative number/],
    [{ cost_usd: 'free' }, /line 2: cost_usd: expected a number/],
    [{ success: 2 }, /line 2: success: expected 0 or 1/],
    [{ success: true }, /line 2: success: expected 0 or 1/],
    [{ success: null }, /line 2: success/],
    [{ time_ms: -5 }, /line 2: time_ms/],
    [{ model: '' }, /line 2: model/],
    [{ task_id: undefined }, /line 2: task_id/],
    [{ repo: 'other', model: 'n', task_id: 'a' }, /line 2: repo: another one than at outcomes.jsonl, line 1/],
    [{ task_id: 'a' }, /line 2: model: m has a row of a already/],
  ])('refuses %j by line and field', (bad, said) => {
    expect(() => read(row, { ...row, task_id: 'b', ...bad })).toThrow(said);
  });

  it('names the field that holds no number at all', () => {
    const line = JSON.stringify(row).replace('0.5', 'NaN');
    expect(() => outcomesIn(contentOf(`${jsonLines([{ ...row, model: 'n' }])}${line}\n`))).toThrow(
      /line 2: cost_usd: NaN is no number/,
    );
  });

  it('says so when it is empty or cut off', () => {
    expect(() => outcomesIn(contentOf('\n'))).toThrow(/holds no outcome/);
    expect(() => outcomesIn(contentOf('{"task_id": "a", "mod'))).toThrow(/line 1: ends in the middle of a row/);
  });
});
