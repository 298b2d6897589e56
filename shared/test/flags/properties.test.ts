import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Evaluation } from '../../src/contract/flags.ts';
import { compileRuleset, evaluate } from '../../src/flags/index.ts';
import { asContext, assignedBy, condition, hostileContext, keys, ruleset, scalar, word } from './arbitraries.ts';
import { decideAll } from './support.ts';

const instantMs = fc.integer({ min: Date.parse('0001-01-01'), max: Date.parse('9999-12-31') });

describe('any ruleset that the schema accepts', () => {
  it('is read whole and evaluates without throwing, whatever the context', () => {
    fc.assert(
      fc.property(
        ruleset,
        hostileContext,
        fc.oneof(fc.double(), instantMs),
        fc.boolean(),
        assignedBy,
        (document, context, nowMs, explain, assigned) => {
          const compiled = compileRuleset(JSON.parse(JSON.stringify(document)));
          expect(compiled?.unreadable).toEqual(new Map());
          for (const key of keys) {
            const evaluation = compiled && evaluate(compiled, key, asContext(context), { nowMs, explain, assigned });
            expect(Evaluation.safeParse(evaluation).error).toBeUndefined();
          }
        },
      ),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('decides the same with an explanation as without, and alone as with all others', () => {
    fc.assert(
      fc.property(ruleset, hostileContext, instantMs, assignedBy, (document, context, nowMs, assigned) => {
        const compiled = compileRuleset(document)!;
        const all = decideAll(compiled, asContext(context), { nowMs, assigned });
        for (const key of keys) {
          const ask = (explain: boolean) => evaluate(compiled, key, asContext(context), { nowMs, assigned, explain })!;
          const { trace, explanation, ...explained } = ask(true);
          expect(explained).toEqual(ask(false));
          expect(trace?.filter(({ outcome }) => outcome === 'decided')).toHaveLength(1);
          expect(explanation?.bucket).toBe(explained.bucket);
          const { sticky: _1, ...alone } = explained;
          const { sticky: _2, ...inBulk } = all.get(key)!;
          expect(inBulk).toEqual(alone);
        }
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('decides the same when every attribute comes as text, as over GET', () => {
    const units = fc.record({ userId: fc.string({ minLength: 1 }), repoId: word }, { requiredKeys: [] });
    const conditions = fc.array(condition, { minLength: 1, maxLength: 3 });
    const attributes = fc.dictionary(fc.constantFrom('plan', 'seats', 'version', 'since'), scalar);
    fc.assert(
      fc.property(fc.array(conditions, { minLength: 1, maxLength: 5 }), units, attributes, (whens, unit, typed) => {
        const rulesOfWhens = whens.map((when, i) => ({ id: `r${i}`, when, serve: { variant: 'on' } }));
        const flag = {
          key: 'f',
          version: 1,
          enabled: true,
          variants: { on: 1, off: 0 },
          offVariant: 'off',
          rules: rulesOfWhens,
          fallthrough: { variant: 'off' },
        };
        const compiled = compileRuleset({ revision: 1, flags: [flag] });
        const asText = Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, String(value)]));
        const ask = (values: Record<string, unknown>) =>
          compiled && evaluate(compiled, 'f', asContext({ ...unit, attributes: values }), { nowMs: 0 });
        expect(ask(asText)).toEqual(ask(typed));
      }),
      { numRuns: 1000 },
    );
  }, 60_000);
});

describe('anything else', () => {
  it('is not a ruleset, or is read as far as it goes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.array(fc.jsonValue({ maxDepth: 5 })), (json, flags) => {
        expect(compileRuleset(json)).toBeUndefined();
        const compiled = compileRuleset({ revision: 1, flags });
        expect(compiled?.flags.size).toBe(0);
      }),
    );
  }, 60_000);

  it('put into a good ruleset spoils one flag at most', () => {
    const paths = [
      ['rules'],
      ['fallthrough'],
      ['schedule'],
      ['prerequisites'],
      ['variants'],
      ['offVariant'],
      ['enabled'],
      ['salt'],
      ['key'],
      ['version'],
      ['createdAt'],
      ['overrides'],
      ['rollout'],
      ['type'],
      ['unheardOf'],
    ];
    fc.assert(
      fc.property(
        ruleset,
        fc.constantFrom(...paths),
        fc.jsonValue({ maxDepth: 3 }),
        hostileContext,
        (document, [name = ''], junk, context) => {
          const [first, ...rest] = document.flags;
          const { segments } = document;
          const compiled = compileRuleset({ revision: 1, segments, flags: [...rest, { ...first, [name]: junk }] });
          expect(compiled?.flags.get('f1')?.kind).toBe('readable');
          for (const key of keys)
            if (compiled) evaluate(compiled, key, asContext(context), { nowMs: 0, explain: true });
        },
      ),
      { numRuns: 500 },
    );
  }, 60_000);
});
