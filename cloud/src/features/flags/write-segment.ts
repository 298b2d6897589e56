import type { Segment, SegmentAction, SegmentDefinition, WrittenSegment } from '@whetstone/shared/contract';
import { diffOf } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import type { FlagEvent } from './flag-event.ts';
import { flagView } from './flag-view.ts';
import { historyRepository } from './history/repository.ts';
import type { VersionInsert } from './version-columns.ts';
import { countAllMoves, readMoves } from './moves-of-flags.ts';
import { flagRepository } from './repository.ts';
import { namesOneOf, segmentsAround } from './segment-references.ts';
import type { SegmentRow } from './segment-row.ts';
import { segmentRepository } from './segments/repository.ts';
import { segmentDefinition, segmentView } from './segments/segment-view.ts';
import { segmentsOf } from './segments/segments-of.ts';
import type { LookAtMany } from './look-at-many.ts';

interface Dependencies {
  events: Pick<Events, 'append'>;
  lookAtMany: LookAtMany;
}

/** A change of a segment that was checked and not yet made. */
export type SegmentPlan =
  | { action: 'created'; definition: SegmentDefinition }
  | { action: 'updated' | 'rolled_back'; before: SegmentRow; definition: SegmentDefinition }
  | { action: 'deleted'; before: SegmentRow };

interface Wish {
  dryRun?: boolean | undefined;
  reason?: string | undefined;
}

/** Makes a planned change of a segment, or on a dry run says what it would do, by the same plan. */
export function segmentWriter({ events, lookAtMany }: Dependencies) {
  const record = segmentRecorder({ events });

  async function rehearse(ctx: Ctx, plan: (tx: ProjectTx) => Promise<SegmentPlan>): Promise<WrittenSegment> {
    const { before, after, isGone, ahead } = await ctx.transaction(async (tx) => {
      const planned = await plan(tx);
      const outcome = await outcomeOf(tx, planned);
      const { key } = outcome.after;
      const around = segmentsAround([key], await segmentsOf(tx));
      const users = (await flagRepository.active(tx)).filter((row) => namesOneOf(flagView(row), around));
      const then = { flags: new Map(), segments: new Map([[key, outcome.after]]) };
      return { ...outcome, isGone: planned.action === 'deleted', ahead: await readMoves(tx, users, then) };
    });
    const [was, is] = [before, isGone ? undefined : after].map((row) => row && segmentDefinition(segmentView(row)));
    const moves = await countAllMoves(ahead, lookAtMany);
    return { ...segmentView(after), dryRun: true, diff: diffOf(was, is), moves };
  }

  return {
    record,

    write: (ctx: Ctx, { dryRun, reason }: Wish, plan: (tx: ProjectTx) => Promise<SegmentPlan>) =>
      dryRun
        ? rehearse(ctx, plan)
        : ctx.transaction(async (tx): Promise<WrittenSegment> => {
            await flagRepository.lockProject(tx);
            const planned = await plan(tx);
            return record(tx, { row: await store(tx, planned), action: planned.action, actor: ctx.actor, reason });
          }),
  };
}

/** Ends a change in its transaction: everybody who follows the flags learns of it, and the history keeps it. */
const segmentRecorder =
  ({ events }: Pick<Dependencies, 'events'>) =>
  async (tx: ProjectTx, change: Omit<VersionInsert<SegmentRow, SegmentAction>, 'sequence'>): Promise<Segment> => {
    const segment = segmentView(change.row);
    const event: FlagEvent = change.action === 'deleted' ? { segmentRemoved: segment.key } : { segment };
    const sequence = await events.append(tx, 'flags', event);
    await segmentRepository.insertVersion(tx, { ...change, sequence });
    return segment;
  };

async function store(tx: ProjectTx, plan: SegmentPlan): Promise<SegmentRow> {
  if (plan.action === 'created') {
    const row = await segmentRepository.insert(tx, plan.definition);
    // Planned under the lock, and found to be free.
    if (!row) throw new Error(`the segment "${plan.definition.key}" came into being under the lock of its project`);
    return row;
  }
  if (plan.action !== 'deleted') return segmentRepository.replace(tx, plan.definition);
  await segmentRepository.remove(tx, plan.before.key);
  return { ...plan.before, version: plan.before.version + 1, updatedAt: tx.now };
}

async function outcomeOf(
  tx: ProjectTx,
  plan: SegmentPlan,
): Promise<{ before: SegmentRow | undefined; after: SegmentRow }> {
  if (plan.action === 'created') {
    const { definition } = plan;
    const reach = await historyRepository.reach(tx, 'segment_version', definition.key);
    const times = { createdAt: tx.now, updatedAt: tx.now };
    return { before: undefined, after: { key: definition.key, version: 1 + (reach?.last ?? 0), definition, ...times } };
  }
  const { before } = plan;
  const definition = plan.action === 'deleted' ? before.definition : plan.definition;
  return { before, after: { ...before, version: before.version + 1, definition, updatedAt: tx.now } };
}
