import { FlagdCore } from '@openfeature/flagd-core';
import type { Engine } from './engine.ts';
import type { FlagSpec } from '../workload/flags.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Takes its flags as text, and generates code from their rules unless told not to. */
export const flagd: Engine = (specs, people) => {
  const text = JSON.stringify({ flags: Object.fromEntries(specs.map((spec) => [spec.key, flagOf(spec)])) });
  const keys = specs.map(({ key }) => key);
  const contexts = people.map((person) => ({ ...person, targetingKey: person.userId }));
  return {
    load() {
      const core = new FlagdCore(undefined, silent, { disableDynamicCodeGeneration: false });
      core.setConfigurations(text);
      return (flag, person) => core.resolveBooleanEvaluation(keys[flag]!, false, contexts[person]!).value;
    },
  };
};

function flagOf(spec: FlagSpec) {
  const { rolloutPercentage: share } = spec;
  const conditions = spec.rules.map((attributes) => {
    const parts = Object.entries(attributes).map(([name, values]) => ({ in: [{ var: name }, values] }));
    return parts.length === 1 ? parts[0] : { and: parts };
  });
  const rollout = {
    fractional: [
      ['on', share],
      ['off', 100 - share],
    ],
  };
  return {
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting: { if: [...conditions.flatMap((condition) => [condition, 'on']), rollout] },
  };
}
