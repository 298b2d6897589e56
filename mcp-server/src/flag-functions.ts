import type { FlagReader } from './offline/flag-reader.ts';
import type { Whetstone } from './whetstone.ts';

/** The functions of the client library over a reader. */
export function flagFunctions(flags: FlagReader): Whetstone {
  return {
    async evaluateFlag(key, context = {}, defaultValue, { signal } = {}) {
      const { value, enabled } = await flags.answer(key, context, { default: defaultValue, anyType: true, signal });
      return typeof value === 'boolean' ? value : enabled;
    },

    evaluateFlagDetails: (key, context = {}, defaultValue, { signal } = {}) =>
      flags.answer(key, context, { default: defaultValue, signal }),

    async status({ signal } = {}) {
      const { ready, source, ageMs, degradedReason, ruleset, storeProblem, defaultsProblem } =
        await flags.status(signal);
      const problems = [storeProblem, defaultsProblem].filter((problem) => problem !== undefined);
      return { ready, source, ageMs, degradedReason, revision: ruleset?.revision, problems };
    },

    close: () => flags.close(),
  };
}
