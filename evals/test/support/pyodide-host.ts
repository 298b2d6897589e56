import { openPyodideSandbox } from '../../src/sandbox/pyodide/open.ts';
import { pythonJob, rightProgram } from './python-job.ts';

/** A host of its own, for tests that kill one or are somebody else: says what it got, then grades what never ends in C. */
const sandbox = await openPyodideSandbox({
  workers: 1,
  hashSeed: 0,
  ...(process.argv[2] && { cacheDir: process.argv[2] }),
});
const { status, detail } = await sandbox.grade(pythonJob(rightProgram));
process.stdout.write(`${JSON.stringify({ status, detail })}\n`);
if (process.argv[3] === 'endless') {
  const endless = 'import itertools\ndef f(x): return sum(itertools.repeat(1))';
  await sandbox.grade(pythonJob(endless, { timeoutMs: 8000 }));
}
await sandbox.close();
