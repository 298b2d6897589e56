import { WhetstoneError } from '@whetstone/shared/errors';
import { whyUngradable } from '../graders/grade.ts';
import type { Problem } from '../problem.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Solver } from '../solvers/solver.ts';

export function refuseNone(problems: readonly Problem[]) {
  if (problems.length === 0) throw new WhetstoneError('invalid', 'no problem is left to run: look at --problems');
}

/** Before anything is spent: problems that this sandbox can never grade. */
export function refuseUngradable(problems: readonly Problem[], sandbox: Pick<Sandbox, 'tier' | 'languages' | 'exec'>) {
  const languages = new Set(problems.flatMap((problem) => (problem.kind === 'function' ? [problem.language] : [])));
  const foreign = [...languages].find((language) => !sandbox.languages.includes(language));
  if (foreign)
    throw new WhetstoneError(
      'invalid',
      `the ${sandbox.tier} sandbox runs ${sandbox.languages.join(', ')}, and there are problems in ${foreign}: choose another sandbox, or other problems`,
    );
  for (const problem of problems) {
    const reason = whyUngradable(problem, sandbox);
    if (reason) throw new WhetstoneError('invalid', reason);
  }
}

/** A limit that nobody can keep is none. */
export function refuseUnknownPrice(
  solver: Pick<Solver, 'subject' | 'worstCaseUsd'>,
  problems: readonly Problem[],
  budgetUsd: number,
) {
  const { kind, label } = solver.subject;
  if (kind !== 'model' && kind !== 'command') return;
  if (problems.every((problem) => solver.worstCaseUsd?.(problem) !== undefined)) return;
  throw new WhetstoneError(
    'invalid',
    `nobody knows what an answer of ${label} costs, so a budget of $${budgetUsd} cannot be kept. With --allow-unknown-price it stops asking once the costs that become known have reached it.`,
  );
}
