import type { FlagReader } from './offline/flag-reader.ts';
import type { Whetstone } from './whetstone.ts';

/** The functions of the client library over a reader. */
export function flagFunctions(flags: FlagReader): Whetstone {
  return {
    async evaluateFlag(key, context = {}, defaultValue) {
      const { value, enabled } = await flags.answer(key, context, { default: defaultValue, anyType: true });
      return typeof value === 'boolean' ? value : enabled;
    },
    evaluateFlagDetails: (key, context = {}, defaultValue) => flags.answer(key, context, { default: defaultValue }),
    close: () => flags.close(),
  };
}
