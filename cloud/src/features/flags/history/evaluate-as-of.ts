import type { EvaluationContext } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { evaluate } from '@whetstone/shared/flags';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { unknownFlag } from '../existing.ts';
import type { FlagRow } from '../repository.ts';
import { rulesAsOf, rulesetAround } from '../ruleset-around.ts';
import { historyRepository, type Moment } from './repository.ts';
import { versionOf } from './version-of.ts';

/** A version, or what held at a time; both: that version by the clock of that time. */
interface AsOf {
  at: Date | undefined;
  asOfVersion: number | undefined;
}

/**
 * A flag with the prerequisites and segments it had then, evaluated by the clock of then; what sticky splits had served first
 * does not count, since that is not kept for ever. Throws `not_found` for what was not.
 */
export async function evaluateAsOf(
  tx: ProjectTx,
  key: string,
  context: EvaluationContext,
  { at, asOfVersion }: AsOf,
  explain: boolean,
) {
  const { row, moment } =
    asOfVersion === undefined ? await flagAt(tx, key, at ?? tx.now) : await flagInVersion(tx, key, asOfVersion);
  if (row.archivedAt) {
    throw new WhetstoneError(
      'not_found',
      `the flag "${key}" was archived ${then({ at, asOfVersion })}; it served nobody`,
    );
  }
  const ruleset = await rulesetAround(row, rulesAsOf(tx, moment));
  const evaluation = evaluate(ruleset, key, context, { nowMs: (at ?? row.updatedAt).getTime(), explain });
  if (!evaluation) throw unknownFlag(key);
  const { sticky: _, ...said } = evaluation;
  return said;
}

async function flagInVersion(tx: ProjectTx, key: string, version: number): Promise<{ row: FlagRow; moment: Moment }> {
  const { sequence, ...row } = await versionOf(tx, key, version);
  return { row, moment: { sequence } };
}

async function flagAt(tx: ProjectTx, key: string, time: Date): Promise<{ row: FlagRow; moment: Moment }> {
  const [row] = await historyRepository.asOf(tx, [key], { time });
  if (row) return { row, moment: { time } };
  const reach = await historyRepository.reach(tx, 'flag_version', key);
  if (!reach) throw unknownFlag(key);
  const { since, createdAt } = reach;
  throw new WhetstoneError(
    'not_found',
    time < createdAt
      ? `there was no flag "${key}" at ${time.toISOString()}; it was created at ${createdAt.toISOString()}`
      : `what the flag "${key}" was at ${time.toISOString()} is not known: its history begins at ${since.toISOString()}`,
  );
}

const then = ({ at, asOfVersion }: AsOf) =>
  asOfVersion === undefined ? `at ${at?.toISOString()}` : `in version ${asOfVersion}`;
