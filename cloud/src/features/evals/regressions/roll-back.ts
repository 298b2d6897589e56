import type { EvalSettings, WebhookEvent } from '@whetstone/shared/contract';
import { runRepository, type RunRow } from '../runs/repository.ts';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { settingsRepository } from '../settings/repository.ts';
import type { RegressionRow, Rollback } from './regression.ts';
import { regressionRepository } from './repository.ts';
import type { TellRegression } from './tell-regression.ts';
import { isTrusted } from './trust.ts';

/** Rolls the variant of a flag back, as the flags know how; see there. */
export type RollBackVariant = (
  projectId: string,
  rollback: { key: string; variant: string; reason: string; once: string; dryRun?: boolean },
) => Promise<
  | { outcome: 'rolled_back'; version: number; instead?: string[] }
  | { outcome: 'already_done'; version: number }
  | { outcome: 'refused'; reason: string }
>;

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  rollBackVariant: RollBackVariant;
  tellRegression: TellRegression;
}

type Outcome = Pick<Rollback, 'outcome' | 'reason' | 'flagVersion'>;

/**
 * What becomes of the flag that an alert names. It is claimed in the row before the flag is touched and written down after:
 * whoever comes after a crash between the two asks again, and is answered what was done the first time.
 */
export const rollBack =
  ({ database, rollBackVariant, tellRegression }: Dependencies) =>
  async (projectId: string, id: string): Promise<void> => {
    const wanted = await database.asProject(projectId, async (tx) => {
      const row = await regressionRepository.lock(tx, id);
      // A later run that is as good again takes nothing back of what was proved.
      if (!row || row.rollback || (row.state !== 'alert' && row.state !== 'recovered')) return undefined;
      const settings = await settingsRepository.of(tx);
      const { rollback } = settings;
      const runs = [await runRepository.find(tx, row.afterRunId), await runRepository.find(tx, row.beforeRunId)];
      const untrusted = runs.find((run) => run && !isTrusted(run, settings));
      // What was begun is ended, whatever was set meanwhile.
      const settled = row.rollbackClaimedAt ? undefined : withoutTouching(row, rollback, untrusted);
      if (settled) {
        await settle(tx, row, settled);
        return undefined;
      }
      const dryRun = row.rollbackClaimedAt === null && rollback === 'dry_run';
      if (!dryRun && !row.rollbackClaimedAt) {
        const { flagKey, flagVariant } = row;
        const entry = { by: 'regressions', what: `rolls "${flagVariant}" of the flag "${flagKey}" back` };
        await regressionRepository.change(tx, row, { rollbackClaimedAt: tx.now }, entry);
      }
      return { key: row.flagKey!, variant: row.flagVariant!, reason: reasonOf(row), once: `regression ${id}`, dryRun };
    });
    if (!wanted) return;

    const found = await rollBackVariant(projectId, wanted);

    await database.asProject(projectId, async (tx) => {
      const row = await regressionRepository.lock(tx, id);
      if (!row || row.rollback) return;
      // Somebody switched from dry runs to rollbacks, and another message has begun one.
      if (wanted.dryRun && row.rollbackClaimedAt) return;
      await settle(tx, row, outcomeOf(found, wanted));
    });

    async function settle(tx: ProjectTx, row: RegressionRow, outcome: Outcome): Promise<void> {
      const rollback = { ...outcome, at: tx.now.toISOString() };
      const entry = { by: 'regressions', what: `${inWords[outcome.outcome]}: ${outcome.reason}` };
      const changed = await regressionRepository.change(tx, row, { rollback }, entry);
      const event = eventOf[outcome.outcome];
      if (event) await tellRegression(tx, event, changed);
    }
  };

const inWords: Record<Outcome['outcome'], string> = {
  rolled_back: 'rolled back',
  already_done: 'rolled back already',
  dry_run: 'dry run of a rollback',
  refused: 'not rolled back',
  untrusted: 'not rolled back',
  off: 'not rolled back',
  not_critical: 'not rolled back',
  no_flag: 'not rolled back',
};

/** Nothing is told where nothing was to be done. */
const eventOf: Partial<Record<Outcome['outcome'], WebhookEvent>> = {
  rolled_back: 'rollback.done',
  already_done: 'rollback.done',
  refused: 'rollback.refused',
  dry_run: 'rollback.dry_run',
  untrusted: 'rollback.refused',
};

function withoutTouching(
  row: RegressionRow,
  setting: EvalSettings['rollback'],
  untrusted: RunRow | undefined,
): Outcome | undefined {
  if (row.severity !== 'critical') return { outcome: 'not_critical', reason: 'only a critical regression rolls back' };
  if (row.flagKey === null || row.flagVariant === null)
    return { outcome: 'no_flag', reason: 'the run names no flag that carries what it measured' };
  if (setting === 'off') return { outcome: 'off', reason: 'the settings of evals turn rollbacks off' };
  if (row.acknowledged) {
    const { by, at } = row.acknowledged;
    return {
      outcome: 'refused',
      reason: `${by} acknowledged the regression at ${at}, before anything was rolled back`,
    };
  }
  return untrusted && { outcome: 'untrusted', reason: notTrusted(untrusted) };
}

const notTrusted = ({ id, startedBy }: RunRow) =>
  `not rolled back: run ${id} was started by the agent key "${startedBy}", and by the settings of evals (agentRuns) runs of agents change no flag`;

/** For the flag's history. */
function reasonOf({ evidence, dataset, subjectLabel }: RegressionRow): string {
  const { dropPoints, p, problems, before, after } = evidence!;
  const runs = (arm: typeof before) => arm.runIds.join(' and ');
  const of = `${shorten(subjectLabel)} on ${dataset}`;
  return `${of}: ${dropPoints.toFixed(1)} points fewer over ${problems} problems, p = ${p.toPrecision(2)}; before: runs ${runs(before)}, after: runs ${runs(after)}`;
}

const shorten = (label: string) => (label.length <= 80 ? label : `${label.slice(0, 79)}…`);

function outcomeOf(
  found: Awaited<ReturnType<RollBackVariant>>,
  { key, variant, dryRun }: { key: string; variant: string; dryRun: boolean },
): Outcome {
  switch (found.outcome) {
    case 'refused':
      return { outcome: 'refused', reason: found.reason };
    case 'already_done': {
      const reason = `version ${found.version} of the flag "${key}" took "${variant}" from everybody already`;
      return { outcome: dryRun ? 'dry_run' : 'already_done', reason, flagVersion: found.version };
    }
    case 'rolled_back': {
      const { version, instead = [] } = found;
      const names = instead.map((name) => `"${name}"`).join(', ');
      const what = `"${variant}" of the flag "${key}" from everybody${names && `; back to ${names}`}`;
      return dryRun
        ? { outcome: 'dry_run', reason: `would take ${what}` }
        : { outcome: 'rolled_back', reason: `took ${what}`, flagVersion: version };
    }
  }
}
