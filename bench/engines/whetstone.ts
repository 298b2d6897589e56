import type { EvaluationContext } from '@whetstone/shared/contract';
import { compileRuleset, evaluate, type CompiledRuleset } from '@whetstone/shared/flags';
import type { Ask, Engine } from './engine.ts';
import type { FlagSpec } from '../workload/flags.ts';

export const whetstone: Engine = engineThat({ explain: false });
export const whetstoneExplained: Engine = engineThat({ explain: true });

function engineThat({ explain }: { explain: boolean }): Engine {
  return (specs, people) => {
    const flags = specs.map(flagOf);
    const document = fromTheWire({ revision: 1, flags });
    const changed = fromTheWire({
      revision: 2,
      flags: flags.map((flag, i) => (i === flags.length >> 1 ? { ...flag, version: 2 } : flag)),
    });
    const keys = specs.map(({ key }) => key);
    const contexts = people.map(({ userId, repoId, plan, region }): EvaluationContext => ({
      userId,
      repoId,
      attributes: { plan, region },
    }));
    let last: CompiledRuleset | undefined;
    const load = (from: unknown, previous?: CompiledRuleset): Ask => {
      const ruleset = compileRuleset(from, previous);
      if (!ruleset || ruleset.unreadable.size > 0) throw new Error('the ruleset did not compile');
      last = ruleset;
      return (flag, person) =>
        evaluate(ruleset, keys[flag]!, contexts[person]!, { nowMs: Date.now(), explain })?.enabled === true;
    };
    // Back and forth, so that one flag has changed every time.
    const versions = [changed, document];
    return {
      load: () => load(document),
      loadChange() {
        versions.reverse();
        return load(versions[1], last);
      },
    };
  };
}

function flagOf(spec: FlagSpec) {
  const rules = spec.rules.map((attributes, i) => ({
    id: `r${i}`,
    when: Object.entries(attributes).map(([attribute, values]) => ({ attribute, op: 'in', values })),
    serve: { variant: 'on' },
  }));
  return {
    key: spec.key,
    enabled: true,
    variants: { on: true, off: false },
    offVariant: 'off',
    rules,
    fallthrough: { split: [{ variant: 'on', weight: 100 }], coverage: spec.rolloutPercentage },
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** Objects that JSON.parse made are laid out differently from those of a literal. */
const fromTheWire = (document: object): unknown => JSON.parse(JSON.stringify(document));
