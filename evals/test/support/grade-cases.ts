import { openSandbox } from '../../src/sandbox/open.ts';
import { good, hostilePython, wrong } from './sandbox-cases.ts';

/**
 * A harness in a process of its own: `cases` grades the hostile programs and prints what they came to; `hold` grades an
 * endless one in every worker and says when they run.
 */
const sandbox = await openSandbox({ tier: 'process', workers: 2, hashSeed: 0 }, { e2b: {} });
if (process.argv[2] === 'hold') {
  const program = 'import os, time\ndef double(n):\n    os.fork()\n    while True: time.sleep(0.01)';
  const held = [1, 2].map(() => sandbox.grade({ ...good.job, program, timeoutMs: 600_000 }));
  console.log('holding');
  await Promise.all(held);
} else {
  const cases = [good, wrong, ...hostilePython];
  const verdicts = await Promise.all(cases.map(({ job }) => sandbox.grade({ ...job, timeoutMs: job.timeoutMs * 2 })));
  const unexpected = cases.flatMap(({ name, expected }, index) => {
    const verdict = verdicts[index]!;
    return expected.includes(verdict.status) ? [] : [{ name, ...verdict }];
  });
  await sandbox.close();
  console.log(JSON.stringify({ graded: verdicts.length, unexpected }));
}
