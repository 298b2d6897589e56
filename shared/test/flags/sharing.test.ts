import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileRuleset, evaluate } from '../../src/flags/index.ts';
import { fewFlags } from '../../src/flags/sharing.ts';
import { asContext, assignedBy, hostileContext, ruleset } from './arbitraries.ts';
import { compiled, flagWith } from './support.ts';

const padding = Array.from({ length: fewFlags }, (_, i) => flagWith({ key: `padding-${i}` }));

/** Flags that differ from others in little: salt, the values of their variants, or which of them is the off variant. */
const alike = (flags: Parameters<typeof compiled>) =>
  (flags as { key: string; type?: string; variants: Record<string, unknown> }[]).flatMap(({ type: _, ...flag }) => {
    const names = Object.keys(flag.variants);
    const asText = Object.fromEntries(names.map((name) => [name, JSON.stringify(flag.variants[name])]));
    return [
      { ...flag, key: `${flag.key}-salted`, salt: 'other' },
      { ...flag, key: `${flag.key}-text`, variants: asText },
      { ...flag, key: `${flag.key}-off`, offVariant: names.at(-1) },
    ];
  });

it('decides and explains the same in a large ruleset, where flags share what is alike in them', () => {
  const padded = compiled(...padding);
  const instantMs = fc.integer({ min: Date.parse('2000-01-01'), max: Date.parse('2100-01-01') });
  fc.assert(
    fc.property(ruleset, hostileContext, instantMs, assignedBy, (document, context, nowMs, assigned) => {
      const flags = [...document.flags, ...alike(document.flags)];
      const few = compileRuleset({ ...document, flags })!;
      const many = compileRuleset({ ...document, flags: [...flags, ...padding] }, padded)!;
      for (const { key } of flags) {
        const ask = (where: typeof few) => evaluate(where, key, asContext(context), { nowMs, explain: true, assigned });
        expect(ask(many)).toEqual(ask(few));
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);

it('keeps one condition, one list of rules and one serve for all flags of a large ruleset that have the same', () => {
  const rules = [
    { id: 'r', when: [{ attribute: 'plan', op: 'in' as const, values: ['pro'] }], serve: { variant: 'on' } },
  ];
  const fallthrough = { split: [{ variant: 'on', weight: 1 }], coverage: 25 };
  const [one, other, third] = ['one', 'other', 'third'].map((key) => flagWith({ key, rules, fallthrough }));
  const ruleset = compiled(...padding, one, other, { ...third, variants: { on: 1, off: 0 } });
  const flag = (key: string) => {
    const found = ruleset.flags.get(key);
    return found?.kind === 'readable' ? found : undefined;
  };
  expect(flag('other')?.rules).toBe(flag('one')?.rules);
  expect(flag('other')?.fallthrough).toBe(flag('one')?.fallthrough);
  expect(flag('third')?.rules).not.toBe(flag('one')?.rules);
  expect(flag('third')?.rules[0]?.when[0]).toBe(flag('one')?.rules[0]?.when[0]);
});
