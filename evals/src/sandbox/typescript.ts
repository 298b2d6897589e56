import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { version as compilerVersion } from 'typescript';
import { z } from 'zod';
import { assetPath } from '../assets.ts';
import type { GradeJob, Verdict } from './sandbox.ts';
import { spawnSealed } from './spawn-sealed.ts';

/** Hostile types can keep a compiler busy for ever. */
const CHECK_MS = 20_000;
const HEAP_BYTES = 2 ** 30;

const answerSchema = z.union([
  z.object({ diagnostics: z.array(z.string()).min(1) }),
  z.object({ program: z.string(), setup: z.string(), tests: z.string() }),
  z.object({ trouble: z.string() }),
]);
type CheckAnswer = z.infer<typeof answerSchema> | 'late' | 'ended';

export interface Typescript {
  version: string;
  /** JavaScript as it came; TypeScript checked under typescript/rules.json and as JavaScript, or why it does not compile. */
  prepare(job: GradeJob): Promise<{ job: GradeJob } | { verdict: Omit<Verdict, 'gradeMs'> }>;
  close(): Promise<void>;
}

/**
 * The compiler, at once where it is needed, else when there is something to check, in a process of its own. It runs nothing of the text, loads no plug-in
 * and reads no configuration or file but ours: its file system is a table (typescript/checker.mjs).
 */
export function openTypescript({ isNeeded }: { isNeeded: boolean }): Typescript {
  const state: { checker?: ReturnType<typeof startChecker>; last: Promise<unknown> } = { last: Promise.resolve() };
  if (isNeeded) state.checker = startChecker();

  async function check(job: GradeJob): Promise<CheckAnswer> {
    state.checker ??= startChecker();
    const answer = await state.checker.ask({ program: job.program, setup: job.setup, tests: job.tests });
    if (answer === 'late' || answer === 'ended' || 'trouble' in answer) {
      await state.checker.kill();
      delete state.checker;
    }
    return answer;
  }
  /** A compiler that ended may have been ended by something else: only the second time it was the text. */
  const checkTwice = async (job: GradeJob) => {
    const answer = await check(job);
    return answer === 'ended' ? check(job) : answer;
  };

  return {
    version: compilerVersion,
    async prepare(job) {
      if (job.language !== 'typescript') return { job };
      const turn = state.last.then(() => checkTwice(job));
      state.last = turn.catch(() => undefined);
      const answer = await turn;
      if (answer === 'late')
        return { verdict: { status: 'timeout', detail: `its types were not checked within ${CHECK_MS} ms` } };
      if (answer === 'ended') return { verdict: { status: 'failed', detail: 'the compiler ended on it, twice' } };
      if ('trouble' in answer)
        return { verdict: { status: 'error', detail: `it was not compiled: ${answer.trouble}`.slice(0, 4000) } };
      if ('diagnostics' in answer)
        return { verdict: { status: 'failed', detail: answer.diagnostics.join('\n').slice(0, 4000) } };
      return { job: { ...job, ...answer } };
    },
    close: async () => state.checker?.kill(),
  };
}

function startChecker() {
  const node = [process.execPath, '--no-warnings', assetPath('sandbox/typescript/checker.mjs')];
  // Of util-linux, which every big distribution has and a small image may lack; GOMEMLIMIT holds there too.
  const prlimit = ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path));
  const limited = prlimit === undefined ? node : [prlimit, `--data=${4 * HEAP_BYTES}`, '--core=0', '--', ...node];
  const [file, ...args] = limited as [string, ...string[]];
  const child = spawnSealed(file, args, {
    stdio: ['pipe', 'pipe', 'ignore'],
    // GOMEMLIMIT: the compiler is a Go program.
    env: { GOMEMLIMIT: String(HEAP_BYTES), PATH: '/usr/bin:/bin' },
    // A group of its own, so that the compiler behind it ends with it.
    detached: true,
  }) as ChildProcessByStdio<Writable, Readable, null>;
  const gone = new Promise<'ended'>((resolve) => {
    child.once('exit', () => resolve('ended'));
    child.once('error', () => resolve('ended'));
  });
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout });
  const ready = Promise.race([gone, new Promise<'ready'>((resolve) => lines.once('line', () => resolve('ready')))]);
  return {
    async ask(question: object): Promise<CheckAnswer> {
      if ((await ready) === 'ended') return { trouble: 'the compiler does not start' };
      const answered = new Promise<string>((resolve) => lines.once('line', resolve));
      child.stdin.write(`${JSON.stringify(question)}\n`);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), CHECK_MS)));
      const line = await Promise.race([answered, gone, late]);
      clearTimeout(timer);
      return line === 'late' || line === 'ended' ? line : answerSchema.parse(JSON.parse(line));
    },
    async kill() {
      endGroup(child);
      await gone;
    },
  };
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
