import type { Correction, feedbackCapture, Handlers, Survival } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { Ctx } from '../../../context.ts';
import { believableInstant } from '../../../platform/believable-instant.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { together } from '../../../platform/together.ts';
import type { ComparePatches } from '../compare-patches.ts';
import { readCorrection } from './read-correction.ts';
import { captureRepository } from './repository.ts';

interface Dependencies {
  compare: ComparePatches;
  /** By task, of what type an outcome said that it is. */
  taskTypesOf: TaskTypesOf;
  /** Part of the transaction in which a correction came that nothing was learned from yet. */
  onCaptured: (tx: ProjectTx) => Promise<void>;
}

export type TaskTypesOf = (tx: ProjectTx, taskIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** A machine whose clock or time zone is wrong still tells what counts, as of its arrival; by more than this it is a mistake. */
const aheadMs = 24 * 3_600_000;

export function captureService({
  compare,
  taskTypesOf,
  onCaptured,
}: Dependencies): Handlers<typeof feedbackCapture, Ctx> {
  /** Whoever captures by hand names the task, and seldom its type. */
  async function withTypes<Row extends { said: Correction }>(tx: ProjectTx, rows: readonly Row[]): Promise<Row[]> {
    const untyped = rows.filter(({ said }) => said.taskType === undefined).map(({ said }) => said.taskId);
    const known = untyped.length > 0 ? await taskTypesOf(tx, untyped) : new Map<string, string>();
    return rows.map((row) => {
      const taskType = row.said.taskType ?? known.get(row.said.taskId);
      return taskType === undefined ? row : { ...row, said: { ...row.said, taskType } };
    });
  }

  return {
    captureFeedback: together({
      prepare(said: Correction, now: Date) {
        refuseFuture(said.timestamp, 'timestamp', now);
        const read = readCorrection(said, compare);
        const id = uuidv7({ msecs: now.getTime() });
        return {
          row: { ...read, id, at: believableInstant(said.timestamp, now) },
          output: { id, changes: read.changes, ...(read.problem === null ? {} : { problem: read.problem }) },
        };
      },
      async write(tx, rows) {
        await captureRepository.insert(tx, await withTypes(tx, rows));
        await onCaptured(tx);
      },
    }),

    recordSurvival: (ctx, { items }) =>
      ctx.transaction(async (tx) => {
        for (const [place, { at, lines, agentLines }] of items.entries()) {
          refuseFuture(at, `items.${place}.at`, tx.now);
          const sum = Object.values(lines).reduce((total, count) => total + count, 0);
          if (sum !== agentLines)
            throw invalidField(`items.${place}.agentLines`, `is ${agentLines}, but the lines come to ${sum}`);
          if (agentLines > 2_147_483_647) throw invalidField(`items.${place}.agentLines`, 'is more than 2147483647');
        }
        await captureRepository.insertSurvivals(
          tx,
          items.map((said) => ({
            ...said,
            settledAt: believableInstant(said.at, tx.now),
            changedLines: changedByPerson(said.lines),
          })),
        );
        return { recorded: items.length };
      }),
  };
}

/** What is `mixed` or `unknown` is nobody's, and what an agent did over is its own. */
const changedByPerson = ({ edited = 0, deleted = 0, rejected = 0 }: Survival['lines']) => edited + deleted + rejected;

function refuseFuture(said: string | undefined, field: string, now: Date) {
  if (said !== undefined && Date.parse(said) > now.getTime() + aheadMs)
    throw invalidField(field, `lies in the future: here it is ${now.toISOString()}`);
}
