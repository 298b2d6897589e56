import type { ProjectTx } from '../../../platform/db/database.ts';
import type { EndedRun } from '../runs/ended-run.ts';
import { nextRow, rewrittenRows } from './line.ts';
import { scopesOf } from './lines-of-dataset.ts';
import { ownFigures } from './own-figures.ts';
import { standingRepository } from './repository.ts';

type StandingRun = Pick<
  EndedRun,
  'id' | 'status' | 'datasetId' | 'subjectId' | 'buildId' | 'purpose' | 'commit' | 'isWhole' | 'finishedAt'
>;

/**
 * Adds a run that ended to its subject's lines. One that was resumed and ends again keeps its place with its new figures, or
 * leaves it when it was not completed this time. Of two runs of a subject that end at once, one waits for the other.
 */
export async function keepStanding(tx: ProjectTx, run: StandingRun): Promise<void> {
  const doesCount = countsOnBoards(run);
  if (!doesCount && !(await standingRepository.isOnLine(tx, run.id))) return;
  await standingRepository.lockSubject(tx, run.subjectId);
  const dataset = await standingRepository.dataset(tx, run.datasetId);
  const groups = doesCount ? await standingRepository.resultGroups(tx, run.id) : [];
  const scopes = scopesOf(dataset).map((scope) => ({
    ...scope,
    own: doesCount ? ownFigures(groups, scope.places, scope.clusterOfProblem) : undefined,
  }));

  if (await standingRepository.isOnLine(tx, run.id)) {
    for (const { taskType, clusterOfProblem, own } of scopes) {
      const line = await standingRepository.rowsFrom(tx, run.id, { ...run, taskType });
      for (const row of rewrittenRows({ ...line, own }, clusterOfProblem))
        await standingRepository.rewrite(tx, taskType, row, row.runId === run.id ? own : undefined);
    }
    if (!doesCount) await standingRepository.remove(tx, run.id);
    return;
  }
  const taskTypes = scopes.map(({ taskType }) => taskType);
  const last = await standingRepository.lastRows(tx, { ...run, taskTypes });
  await standingRepository.insert(
    tx,
    run,
    scopes.flatMap(({ taskType, clusterOfProblem, own }) =>
      own ? [{ taskType, own, ...nextRow(last.get(taskType), own, run.finishedAt, clusterOfProblem) }] : [],
    ),
  );
}

/** Whole runs that were meant as such: no reruns of regressions, no steps of a bisect, nothing that a gate waits for. */
const countsOnBoards = ({ status, purpose, isWhole }: StandingRun) =>
  status === 'completed' && isWhole && (purpose === 'run' || purpose === 'scheduled' || purpose === 'seed');
