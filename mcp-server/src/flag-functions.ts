import type { FlagReader } from './offline/flag-reader.ts';
import type { Recording } from './offline/open-recording.ts';
import type { Cancellation, FlagFunctions } from './whetstone.ts';

/** The functions of the client library that ask for flags, over a reader and what records its answers. */
export function flagFunctions(flags: FlagReader, recording: Pick<Recording, 'close'>): FlagFunctions {
  return {
    // Without types, callers pass null as well.
    async evaluateFlag(key, context, defaultValue, options) {
      const wish = { default: defaultValue, anyType: true, signal: asAbortSignal(options?.signal) };
      const { value, enabled } = await flags.answer(key, context ?? {}, wish);
      return typeof value === 'boolean' ? value : enabled;
    },

    evaluateFlagDetails: (key, context, defaultValue, options) =>
      flags.answer(key, context ?? {}, { default: defaultValue, signal: asAbortSignal(options?.signal) }),

    async status(options) {
      const { ready, source, ageMs, degradedReason, ruleset, ...found } = await flags.status(
        asAbortSignal(options?.signal),
      );
      const problems = [found.storeProblem, found.defaultsProblem, found.stickyProblem].filter(
        (problem) => problem !== undefined,
      );
      return { ready, source, ageMs, degradedReason, revision: ruleset?.revision, problems };
    },

    onChange: (tell) => flags.watch(({ keys }) => tell({ keys })),

    async close() {
      await Promise.all([flags.close(), recording.close()]);
    },
  };
}

/** Nothing else looks like one. */
const asAbortSignal = (signal: Cancellation | undefined) => signal as AbortSignal | undefined;
