import { fork } from 'node:child_process';
import { once } from 'node:events';
import { bundle } from '../harness/bundle.ts';
import { endWithUs } from '../harness/children.ts';
import type { Shape } from '../workload/flags.ts';
import type { EngineName } from './index.ts';
import type { Task, TaskResult } from './tasks.ts';

const patienceMs = 120_000;

export interface EngineProcess {
  perform: (task: Task) => Promise<TaskResult>;
  stop: () => Promise<void>;
}

/**
 * An engine in a process of its own: its CPU time is its own, and neither the heap nor the type feedback of another
 * engine shows in it.
 */
export async function startEngine(
  name: EngineName,
  shape: Shape = 'targeted',
  flagCount = 1_000,
): Promise<EngineProcess> {
  const file = await bundle('engines/process.ts');
  const child = fork(file, [name, shape, String(flagCount)], {
    // GrowthBook writes log lines unless it is production.
    env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
    execArgv: [],
  });
  const stop = endWithUs(child);
  return {
    async perform(task) {
      const settled = new AbortController();
      const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(patienceMs)]);
      const failed = once(child, 'exit', { signal }).then(([code]): never => {
        throw new Error(`the process of ${name} ended with ${String(code)}`);
      });
      try {
        child.send(task);
        const [result] = await Promise.race([once(child, 'message', { signal }), failed]);
        return result as TaskResult;
      } finally {
        failed.catch(() => {});
        settled.abort();
      }
    },
    stop,
  };
}
