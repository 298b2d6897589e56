import type { flagTransfer, FlagDefinition, Handlers } from '@whetstone/shared/contract';
import { fromFlagd, toFlagd } from '@whetstone/shared/flagd';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { withOwnGates } from './gates/own-gates.ts';
import { changeRecorder } from './history/record-change.ts';
import { countAllMoves } from './moves-of-flags.ts';
import { flagRepository } from './repository.ts';
import type { LookAtMany } from './look-at-many.ts';
import { segmentRepository } from './segments/repository.ts';
import { segmentView } from './segments/segment-view.ts';
import { segmentsOf } from './segments/segments-of.ts';
import { readOwnDocument } from './transfer-document.ts';
import { readTransferMoves } from './transfer-moves.ts';
import { planTransfer, type TransferPlan } from './transfer-plan.ts';
import type { FlagWritten } from './write-flag.ts';
import type { segmentWriter } from './write-segment.ts';

interface Dependencies {
  events: Pick<Events, 'append'>;
  recordSegment: ReturnType<typeof segmentWriter>['record'];
  lookAtMany: LookAtMany;
  written: FlagWritten;
}

export function transferService({
  events,
  recordSegment,
  lookAtMany,
  written,
}: Dependencies): Handlers<typeof flagTransfer, Ctx> {
  const recordFlag = changeRecorder({ events });

  /** Segments first: flags may name them. */
  async function write(tx: ProjectTx, { flags, segments }: TransferPlan, { actor }: Ctx, reason: string | undefined) {
    for (const segment of segments.created) {
      // The project is locked, and it was not there.
      const row = (await segmentRepository.insert(tx, segment))!;
      await recordSegment(tx, { row, action: 'created', actor, reason });
    }
    for (const segment of segments.updated) {
      const row = await segmentRepository.replace(tx, segment);
      await recordSegment(tx, { row, action: 'updated', actor, reason });
    }
    for (const definition of flags.created) {
      const row = (await flagRepository.insert(tx, definition))!;
      await written(tx, definition, { isArchived: row.archivedAt !== null });
      await recordFlag(tx, { row, action: 'created', actor, reason });
    }
    for (const definition of flags.updated) {
      const row = await flagRepository.replace(tx, definition.key, { definition });
      await written(tx, definition, { isArchived: row.archivedAt !== null });
      await recordFlag(tx, { row, action: 'updated', actor, reason });
    }
  }

  return {
    exportFlags: (ctx, { format }) =>
      ctx.transaction(async (tx) => {
        const flags = (await flagRepository.active(tx)).map(flagView);
        if (format === 'flagd') {
          const { document, refused } = toFlagd(flags.map(definitionOf));
          return { document: { ...document }, refused };
        }
        return { document: { flags, segments: (await segmentRepository.all(tx)).map(segmentView) }, refused: [] };
      }),

    async importFlags(ctx, { format, document, keys, dryRun = false, reason }) {
      const { answer, ahead } = await ctx.transaction(async (tx) => {
        // Who only tries keeps nobody from writing.
        if (!dryRun) await flagRepository.lockProject(tx);
        const wanted = format === 'flagd' ? { ...fromFlagd(document, keys), segments: [] } : readOwnDocument(document);
        const present = await presentFor(tx, wanted.flags);
        const flags = wanted.flags.map((flag) => withOwnGates(flag, present.flags.get(flag.key)));
        const plan = planTransfer({ ...present, segments: await segmentsOf(tx) }, { ...wanted, flags });
        if (!dryRun) await write(tx, plan, ctx, reason);
        return {
          answer: {
            ...keysIn(plan.flags),
            segments: keysIn(plan.segments),
            refused: [...wanted.refused, ...plan.refused],
          },
          ahead: dryRun ? await readTransferMoves(tx, plan) : undefined,
        };
      });
      if (!ahead) return answer;
      return { ...answer, dryRun: true, changes: ahead.changes, moves: await countAllMoves(ahead, lookAtMany) };
    },
  };
}

/** The flags of the project, and which of the wanted ones are archived. */
async function presentFor(tx: ProjectTx, wanted: readonly FlagDefinition[]) {
  const flags = new Map((await flagRepository.active(tx)).map((row) => [row.key, definitionOf(flagView(row))]));
  const others = wanted.map(({ key }) => key).filter((key) => !flags.has(key));
  const archived = others.length > 0 ? await flagRepository.findAll(tx, others) : [];
  return { flags, archived: new Set(archived.map(({ key }) => key)) };
}

const keysIn = ({ created, updated, unchanged }: TransferPlan['flags' | 'segments']) => ({
  created: created.map(({ key }) => key),
  updated: updated.map(({ key }) => key),
  unchanged: unchanged.map(({ key }) => key),
});
