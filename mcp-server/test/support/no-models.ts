import type { ToolContext } from '../../src/tools/tool.ts';

/** For contexts whose test is not about models: nothing is known of any, and nothing is taken down. */
export const noModels: ToolContext['models'] = {
  recommend: async (_, signal) => {
    signal?.throwIfAborted();
    return { model: null, reason: 'No model is known.', plan: [], source: 'default', degradedReason: 'away' };
  },
  recordOutcome: async () => ({ accepted: false, reason: 'there is no cloud in this test' }),
  status: async () => ({}),
};
