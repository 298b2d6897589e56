import type { Feedback } from '../../src/offline/open-feedback.ts';

const said = { source: 'default', degradedReason: 'there is no cloud in this test' } as const;

/** For contexts whose test is not about feedback: nothing is taken down, and nothing was learned. */
export const noFeedback: Feedback = async () => ({
  capture: async () => ({ accepted: false, reason: 'there is no cloud in this test' }),
  examples: async (_, signal) => {
    signal?.throwIfAborted();
    return { structured: { items: [], tokens: 0, ...said }, text: 'none', prompt: '' };
  },
  guidance: {
    give: async () => ({ rules: [], text: '', tokens: 0, ...said }),
    versions: async () => new Map(),
    version: async () => undefined,
    served: async () => undefined,
  },
});
