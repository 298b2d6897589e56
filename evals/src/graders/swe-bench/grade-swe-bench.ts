import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { SweBenchProblem } from '../../problem.ts';
import type { Sandbox, Verdict } from '../../sandbox/sandbox.ts';
import type { Answer } from '../../solvers/solver.ts';
import { resolve, type Resolution } from '../../tasks/resolution.ts';
import { evalScript, marks } from './eval-script.ts';
import { readLog } from './read-log.ts';
import { testCommandOf } from './test-command.ts';

export interface SweBenchGrading {
  sandbox: Pick<Sandbox, 'tier' | 'exec'>;
  /** Name of the machine's template for an instance; `{{instanceId}}` stands for its id. */
  template: string;
  timeoutMs: number;
}

/** E2B's names know small letters, digits and hyphens. */
export const templateOf = (template: string, instanceId: string): string =>
  template.replaceAll('{{instanceId}}', instanceId.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));

/** Grades a patch in a machine made from the instance's own image: there is no other way to have its environment. */
export async function gradeSweBench(
  problem: SweBenchProblem,
  answer: Answer,
  { sandbox, template, timeoutMs }: SweBenchGrading,
  signal?: AbortSignal,
): Promise<Verdict> {
  const startedAt = performance.now();
  const verdict = (status: Verdict['status'], detail?: string): Verdict => ({
    status,
    ...(detail !== undefined && { detail: detail.slice(0, 4000) }),
    gradeMs: performance.now() - startedAt,
    // The tests load the code that they judge.
    weaker: true,
  });
  const told = (resolution: Resolution, detail?: string) => [resolution, detail].filter(Boolean).join(': ');
  if (answer.kind !== 'patch' || answer.text.trim() === '')
    return verdict('failed', told('no_patch', answer.kind === 'none' ? answer.reason : undefined));
  if (!sandbox.exec || sandbox.tier !== 'e2b')
    throw new WhetstoneError(
      'conflict',
      'SWE-bench is graded in machines made from its images: choose the sandbox e2b, which needs an account and a template',
    );
  const folder = await mkdtemp(join(tmpdir(), 'whetstone-swe-'));
  try {
    await writeFile(join(folder, 'answer.patch'), answer.text.endsWith('\n') ? answer.text : `${answer.text}\n`);
    await writeFile(join(folder, 'test.patch'), problem.testPatch);
    await writeFile(join(folder, 'eval.sh'), evalScript(problem));
    const result = await sandbox.exec(
      {
        folder,
        command: 'bash /work/eval.sh > /work/log 2>&1',
        env: { TZ: 'UTC', PYTHONHASHSEED: '0' },
        timeoutMs,
        memoryMb: 8192,
        template: templateOf(template, problem.id),
      },
      signal,
    );
    if (result.timedOut) return verdict('timeout', `the tests did not end within ${timeoutMs / 1000} s`);
    return judge(problem, await readFile(join(folder, 'log'), 'utf8'), verdict, told);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function judge(
  problem: SweBenchProblem,
  log: string,
  verdict: (status: Verdict['status'], detail?: string) => Verdict,
  told: (resolution: Resolution, detail?: string) => string,
): Verdict {
  const tail = log.slice(-2000);
  if (log.includes(marks.notApplied)) return verdict('failed', told('apply_failed', tail));
  const [, tests] = log.split(marks.begin);
  // Before its tests began nothing of the answer ran: whatever went wrong is the machine's doing.
  if (tests === undefined) return verdict('error', told('error', tail));
  const command = testCommandOf(problem.repo);
  const outcomes = readLog(tests.split(marks.end)[0] ?? '', command?.log ?? 'pytest');
  const expected = { fail_to_pass: problem.failToPass, pass_to_pass: problem.passToPass };
  const { resolution, detail } = resolve(expected, outcomes);
  return resolution === 'resolved' ? verdict('passed') : verdict('failed', told(resolution, detail));
}
