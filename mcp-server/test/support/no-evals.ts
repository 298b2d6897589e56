import type { LastAnswers } from '../../src/offline/last-answers.ts';
import type { ToolContext } from '../../src/tools/tool.ts';

const read: LastAnswers['read'] = async (_, signal) => {
  signal?.throwIfAborted();
  return { kind: 'default', degradedReason: 'there is no cloud in this test' };
};

/** For contexts whose test is not about evals: the cloud is away and nothing was kept. */
export const noEvals: ToolContext['evals'] = {
  read,
  glance: read,
  ask: async ({ signal }) => {
    signal?.throwIfAborted();
    return { kind: 'away', why: 'there is no cloud in this test.' };
  },
};
