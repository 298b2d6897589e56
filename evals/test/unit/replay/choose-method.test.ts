import { seededRandom } from '@whetstone/shared/stats';
import { describe, expect, it } from 'vitest';
import { chooseMethod, type MethodOptions, type MethodRow } from '../../../src/replay/choose-method.ts';
import { routingRows } from '../../support/routing-outcomes.ts';

const rowsOf = (rows: ReturnType<typeof routingRows>): MethodRow[] =>
  rows.map(({ task_id, model, success, language, task_type, repo }) => ({
    taskId: task_id,
    model,
    solved: success === 1,
    likeness: { taskType: task_type, language, repoId: repo },
  }));

const overall = { dear: 0.7, twin: 0.68, small: 0.5, weak: 0.2 };
const rateOf = (model: string) => overall[model as keyof typeof overall];

const choose = (rows: readonly MethodRow[], options: Omit<MethodOptions, 'pause'>) =>
  chooseMethod(rows, { ...options, pause: async () => undefined });

describe('the nightly choice of a method', () => {
  it('finds that languages suit different models', async () => {
    const rows = routingRows({
      tasks: 300,
      seed: 1,
      chance: (model, language) =>
        model === 'small' && language === 'typescript' ? 0.95 : language === 'typescript' ? 0.4 : rateOf(model),
    });
    const chosen = await choose(rowsOf(rows), { seed: 1 });
    expect(chosen.used).not.toBe('static');
    expect(chosen.candidates.find(({ method }) => method === chosen.used)?.gainPoints).toBeGreaterThan(5);
    expect(chosen.why).toMatch(/foretold 300 tasks better/);
  });

  it('stays with the static table where features say nothing, nineteen times of twenty', async () => {
    const nights = 60;
    const random = seededRandom(5);
    let changed = 0;
    for (let night = 0; night < nights; night++) {
      const rows = routingRows({ tasks: 120, seed: 100 + night, tried: 0.4 + 0.6 * random(), chance: rateOf });
      if ((await choose(rowsOf(rows), { seed: night })).used !== 'static') changed++;
    }
    expect(changed).toBeLessThanOrEqual(0.05 * nights);
  });

  it('never shrinks less than cells can bear, and says what it looked at', async () => {
    const chosen = await choose(rowsOf(routingRows({ tasks: 200, seed: 3, chance: rateOf })), {
      seed: 1,
      mostTasks: 80,
    });
    expect(chosen.shrinkage).toBeGreaterThanOrEqual(20);
    expect(chosen.tasks).toBe(80);
    expect(chosen.candidates.map(({ method }) => method)).toEqual(['static', 'cells', 'knn', 'factorisation']);
  });

  it('has no opinion on choices where each task was tried by one model, nor on a handful of tasks', async () => {
    const single = rowsOf(routingRows({ tasks: 400, seed: 3, chance: rateOf })).filter(
      (_, index) => index % 4 === Math.floor(index / 4) % 4,
    );
    for (const { gainPoints } of (await choose(single, { seed: 1 })).candidates) expect(gainPoints).toBeNull();
    expect(await choose(single.slice(0, 20), { seed: 1 })).toMatchObject({ used: 'static', candidates: [] });
    expect(await choose([], { seed: 1 })).toMatchObject({ used: 'static', tasks: 0 });
  });
});
