import type { BisectRequest, EvalSubject } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import { regressionRepository } from '../regressions/repository.ts';
import { runRepository } from '../runs/repository.ts';
import type { RunScope } from '../runs/run-scope.ts';

/** Whom a bisect is about that names a regression and no subject: whom the run asked that regressed. */
export async function regressedSubject(
  scope: RunScope,
  { regressionId }: Pick<BisectRequest, 'regressionId'>,
): Promise<EvalSubject> {
  if (regressionId === undefined) throw invalidField('subject', 'name one, or the regression whose subject it is');
  return scope.transaction(async (tx) => {
    const regression = await regressionRepository.find(tx, regressionId);
    const run = regression && (await runRepository.find(tx, regression.afterRunId));
    if (!run) throw invalidField('regressionId', `no regression has the id "${regressionId}"`);
    return run.request.subject;
  });
}
