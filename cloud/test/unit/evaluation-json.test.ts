import { Evaluation, type EvaluationContext } from '@whetstone/shared/contract';
import { compileRuleset, evaluate, flagMetadataOf } from '@whetstone/shared/flags';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluationJson } from '../../src/features/flags/evaluation-json.ts';
import { ofrepWriter } from '../../src/features/flags/ofrep/evaluation-json.ts';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/);
const values = fc.jsonValue({ maxDepth: 2 });

/** Flags that decide in every way there is: disabled, fixed, split, without a unit, by rule. */
const flag = fc
  .record({
    key: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/),
    enabled: fc.boolean(),
    names: fc.uniqueArray(name, { minLength: 2, maxLength: 3 }),
    values: fc.array(values, { minLength: 3, maxLength: 3 }),
    coverage: fc.double({ min: 0, max: 100, noNaN: true }),
    isSplit: fc.boolean(),
    ruleId: name,
    hasRule: fc.boolean(),
    never: fc.boolean(),
    further: fc.constantFrom('overrides', 'prerequisites', 'schedule', 'rollout', 'type', 'unheardOf', undefined),
  })
  .map(({ key, enabled, names, values: list, coverage, isSplit, ruleId, hasRule, never, further }) => {
    const members = {
      overrides: [{ attribute: 'userId', values: ['zoë'], variant: names[0] }],
      prerequisites: [{ flag: 'not-there', variants: ['on'] }],
      schedule: [{ at: '1969-01-01T00:00:00Z', set: { enabled: !enabled } }],
      rollout: { steps: [{ at: '1969-01-01T00:00:00Z', coverage: coverage / 2 }] },
      type: 'json',
      unheardOf: 'of a newer server',
    };
    const serve = isSplit
      ? { split: names.map((variant) => ({ variant, weight: 1 })), coverage, sticky: 'userId' }
      : { variant: names[0] };
    return {
      key,
      enabled,
      variants: Object.fromEntries(names.map((variant, i) => [variant, list[i]])),
      offVariant: names[1],
      rules: hasRule ? [{ id: ruleId, when: never ? [{ attribute: 'none', op: 'exists' }] : [], serve }] : [],
      fallthrough: serve,
      version: 1,
      createdAt: '2026-01-01T00:00:00Z',
      updatedAt: '2026-01-01T00:00:00Z',
      ...(further !== undefined && { [further]: members[further] }),
    };
  });

it('writes every evaluation as JSON.stringify would, and as the contract has it', () => {
  const reasons = new Set<string>();
  const errorCodes = new Set<string | undefined>();
  fc.assert(
    fc.property(
      flag,
      fc.constantFrom<EvaluationContext>({}, { userId: 'zoë' }),
      fc.boolean(),
      (document, context, explain) => {
        const ruleset = compileRuleset({ revision: 1, flags: [document] })!;
        const whole = evaluate(ruleset, document.key, context, { nowMs: 0, explain })!;
        const { sticky, ...evaluation } = whole;
        reasons.add(evaluation.reason);
        errorCodes.add(evaluation.errorCode);
        expect(sticky === undefined).toBe(evaluation.reason !== 'SPLIT');
        expect(evaluationJson(whole)).toBe(JSON.stringify(evaluation));
        const { key, value, reason, variant, errorCode } = evaluation;
        const inOfrep: unknown = JSON.parse(ofrepWriter()(evaluation));
        const metadata = flagMetadataOf(evaluation);
        if (errorCode === undefined)
          expect(inOfrep).toEqual(JSON.parse(JSON.stringify({ key, value, reason, variant, metadata })));
        else expect(inOfrep).toEqual({ key, errorCode, errorDetails: expect.any(String), metadata });
        expect(Evaluation.parse(JSON.parse(evaluationJson(evaluation)))).toEqual(
          JSON.parse(JSON.stringify(evaluation)),
        );
      },
    ),
    { numRuns: 2_000 },
  );
  expect(errorCodes).toEqual(new Set([undefined, 'TARGETING_KEY_MISSING', 'PARSE_ERROR']));
  expect([...reasons].toSorted()).toEqual(['DEFAULT', 'DISABLED', 'ERROR', 'SPLIT', 'STATIC', 'TARGETING_MATCH']);
});
