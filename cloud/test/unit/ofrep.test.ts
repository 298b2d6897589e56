import { Evaluation, type EvaluationContext } from '@whetstone/shared/contract';
import { compileRuleset, evaluate } from '@whetstone/shared/flags';
import { describe, expect, it } from 'vitest';
import { readOfrepContext } from '../../src/features/flags/ofrep/context.ts';
import { ofrepWriter } from '../../src/features/flags/ofrep/evaluation-json.ts';
import { slices } from '../../src/features/flags/slices.ts';
import { passedBy, turningPoints } from '../../src/features/flags/ofrep/turning-points.ts';
import { aFlag } from '../support/flags.ts';

describe('the context of an OFREP request', () => {
  it('is first-class attributes by name, in text, and any other as it came', () => {
    const context = { targetingKey: 'a', orgId: 7, model: true, repoId: null, plan: ['pro'], seats: 5, deep: { x: 1 } };
    expect(readOfrepContext({ context })).toEqual({
      targetingKey: 'a',
      orgId: '7',
      model: 'true',
      repoId: null,
      attributes: { plan: ['pro'], seats: 5, deep: { x: 1 } },
    });
  });

  it('may have attributes with the names of what every object has', () => {
    const context: unknown = JSON.parse('{"targetingKey":"a","constructor":"x","__proto__":{"plan":"pro"}}');
    const { attributes } = readOfrepContext({ context }) as EvaluationContext;
    expect(Object.entries(attributes!)).toEqual([
      ['constructor', 'x'],
      ['__proto__', { plan: 'pro' }],
    ]);
    expect(attributes!['plan']).toBeUndefined();
  });

  it('is refused when it is nested without end or names attributes without end, and not a failure of the server', () => {
    const lists: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const objects: unknown = JSON.parse('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000));
    for (const deep of [lists, objects]) {
      expect(readOfrepContext({ context: { targetingKey: 'a', deep } })).toEqual({
        errorCode: 'INVALID_CONTEXT',
        errorDetails: 'context.deep: nested deeper than 64 levels',
      });
    }
    const names = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`a${i}`, 1]));
    expect(readOfrepContext({ context: { targetingKey: 'a', ...names } })).toMatchObject({
      errorCode: 'INVALID_CONTEXT',
      errorDetails: 'context: takes at most 2000 attributes',
    });
  });
});

it('writes an unreadable flag as a failure, so that the program decides', () => {
  const ruleset = compileRuleset({
    revision: 1,
    flags: [{ ...aFlag('k', { rules: [] }), version: 3, fallthrough: { novelty: 1 } }],
  })!;
  const evaluation = Evaluation.parse(evaluate(ruleset, 'k', {}, { nowMs: 0 }));
  expect(JSON.parse(ofrepWriter()(evaluation))).toEqual({
    key: 'k',
    errorCode: 'PARSE_ERROR',
    errorDetails: expect.stringContaining('cannot read'),
    metadata: { flagVersion: 3 },
  });
});

it('knows every instant at which answers may change, and how many have come', () => {
  const points = turningPoints([
    { schedule: [{ at: '2026-03-01T10:00:00+01:00', set: { enabled: false } }] },
    { rollout: { steps: [{ at: '1970-01-01T00:00:01Z', coverage: 5 }] } },
    { overrides: [{ attribute: 'userId', values: ['a'], variant: 'on', expiresAt: '1970-01-01T00:00:02Z' }] },
    { overrides: [{ attribute: 'userId', values: ['b'], variant: 'on' }] },
    { schedule: [{ at: '2026-03-01T09:00:00Z', set: { enabled: true } }] },
  ]);
  expect(points).toEqual([1_000, 2_000, Date.parse('2026-03-01T09:00:00Z')]);
  expect([0, 999, 1_000, 1_999, 2_000, 1e15].map((nowMs) => passedBy(nowMs, points))).toEqual([0, 0, 1, 1, 2, 3]);
  expect(passedBy(5, [])).toBe(0);
});

describe('long work', () => {
  /** Every look at the clock takes a millisecond. */
  const tickingClock = () => {
    let nowMs = 0;
    return () => nowMs++;
  };
  const always = () => true;

  it('is done at once when it is short', () => {
    const done: number[] = [];
    expect(slices({ steadyMs: () => 0 })([1, 2, 3], (item) => done.push(item), always)).toBeUndefined();
    expect(done).toEqual([1, 2, 3]);
  });

  it('lets others have their turn after each slice, and one slice of all long work at a time', async () => {
    const each = slices({ steadyMs: tickingClock() });
    const log: string[] = [];
    const items = Array.from({ length: 20 }, (_, i) => i);
    const turns = (async () => {
      for (let i = 0; i < 12; i++) {
        await new Promise(setImmediate);
        log.push('turn');
      }
    })();
    await Promise.all([each(items, () => log.push('a'), always), each(items, () => log.push('b'), always), turns]);
    expect(log.filter((what) => what === 'a')).toHaveLength(20);
    expect(log.filter((what) => what === 'b')).toHaveLength(20);
    const betweenTurns = log.slice(log.indexOf('turn')).join('').split('turn');
    expect(betweenTurns.every((work) => !(work.includes('a') && work.includes('b')) && work.length <= 5)).toBe(true);
  });

  it('is given up when nobody waits for it any more', async () => {
    let isWanted = true;
    let done = 0;
    const count = () => void (++done === 7 && (isWanted = false));
    await slices({ steadyMs: tickingClock() })(Array.from({ length: 100 }), count, () => isWanted);
    expect(done).toBeLessThan(15);
  });
});
