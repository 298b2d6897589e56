import { GrowthBookClient } from '@growthbook/growthbook';
import type { Engine } from './engine.ts';
import type { FlagSpec } from '../workload/flags.ts';

export const growthbook: Engine = (specs, people) => {
  const features = Object.fromEntries(specs.map((spec) => [spec.key, featureOf(spec)]));
  const keys = specs.map(({ key }) => key);
  const contexts = people.map((person) => ({ attributes: { ...person } }));
  return {
    load() {
      const client = new GrowthBookClient().initSync({ payload: { features } });
      return (flag, person) => client.evalFeature(keys[flag]!, contexts[person]!).on;
    },
  };
};

const featureOf = (spec: FlagSpec) => ({
  defaultValue: false,
  rules: [
    ...spec.rules.map((attributes) => ({
      condition: Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, { $in: values }])),
      force: true,
    })),
    { force: true, coverage: spec.rolloutPercentage / 100, hashAttribute: 'userId', hashVersion: 2 },
  ],
});
