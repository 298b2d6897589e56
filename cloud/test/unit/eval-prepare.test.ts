import { loadDataset, type Sandbox } from '@whetstone/evals';
import { afterEach, expect, it, vi } from 'vitest';
import type { LentSandbox } from '../../src/features/evals/executor/sandboxes.ts';
import { subjects } from '../../src/features/evals/executor/subjects.ts';
import { prepareRun } from '../../src/features/evals/runs/prepare.ts';
import type { RunScope } from '../../src/features/evals/runs/run-scope.ts';

afterEach(() => void vi.useRealTimers());

it('a run whose sandbox takes longer to open than a request has is told to ask again, and the sandbox is given back', async () => {
  const starter = await loadDataset('starter', { datasetsDir: '/nowhere' });
  const wanted = vi.fn();
  let open: (lent: LentSandbox) => void = () => undefined;
  const prepare = prepareRun({
    load: async () => starter,
    lend: () => {
      wanted();
      return new Promise((resolve) => (open = resolve));
    },
    subjects: subjects({ openai: {}, datasetsDir: '/nowhere', reposDirs: [] }),
    config: { e2b: {} },
    limitsOf: () => Promise.reject(new Error('nothing is written')),
    begin: () => Promise.reject(new Error('nothing is begun')),
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const asked = prepare({} as RunScope, { dataset: 'starter', subject: { kind: 'command', command: 'true' } });
  const refused = expect(asked).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('ask again') as string,
  });
  await vi.waitFor(() => expect(wanted).toHaveBeenCalled());
  await vi.advanceTimersByTimeAsync(30_000);
  await refused;
  const giveBack = vi.fn();
  open({ sandbox: {} as Sandbox, giveBack });
  await vi.waitFor(() => expect(giveBack).toHaveBeenCalledOnce());
});
