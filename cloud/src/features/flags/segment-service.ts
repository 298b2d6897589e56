import {
  SegmentKey,
  type FlagDefinition,
  type Handlers,
  type Segment,
  type segments,
} from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { checkSegment } from './checks.ts';
import type { FlagEvent } from './flag-event.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';
import { usersOf } from './segment-references.ts';
import type { SegmentRow } from './segment-row.ts';
import { segmentRepository, type SegmentVersion } from './segments/repository.ts';
import { segmentView } from './segments/segment-view.ts';
import { segmentDefinition, segmentsOf } from './segments/segments-of.ts';

interface Dependencies {
  events: Pick<Events, 'append'>;
}

type Written = Omit<SegmentVersion, 'sequence'>;

export function segmentService({ events }: Dependencies): Handlers<typeof segments, Ctx> {
  /** Runs a change of the project's flags and segments alone. */
  const changing = <T>(ctx: Ctx, work: (tx: ProjectTx) => Promise<T>) =>
    ctx.transaction(async (tx) => {
      await flagRepository.lockProject(tx);
      return work(tx);
    });

  const recordChange = segmentRecorder({ events });

  return {
    async listSegments(ctx, { limit, cursor }) {
      const after = readCursor(cursor, (text) => SegmentKey.safeParse(text).success);
      const rows = await ctx.transaction((tx) => segmentRepository.list(tx, after, limit + 1));
      return pageAfter(rows.map(segmentView), limit, ({ key }) => key);
    },

    createSegment: (ctx, { reason, ...input }) =>
      changing(ctx, async (tx) => {
        const definition = segmentDefinition(input);
        await checkSegment(tx, definition);
        const row = await segmentRepository.insert(tx, definition);
        if (!row) throw new WhetstoneError('conflict', `the segment "${definition.key}" exists`);
        return recordChange(tx, { row, action: 'created', actor: ctx.actor, reason });
      }),

    getSegment: (ctx, { key }) => ctx.transaction(async (tx) => segmentView(await existing(tx, key))),

    updateSegment: (ctx, { version, reason, ...input }) =>
      changing(ctx, async (tx) => {
        const before = await existing(tx, input.key);
        if (before.version !== version) throw stale(before, version);
        const definition = segmentDefinition(input);
        await checkSegment(tx, definition);
        const row = await segmentRepository.replace(tx, definition);
        return recordChange(tx, { row, action: 'updated', actor: ctx.actor, reason });
      }),

    deleteSegment: (ctx, { key, reason }) =>
      changing(ctx, async (tx) => {
        const before = await existing(tx, key);
        await checkUnused(tx, key);
        await segmentRepository.remove(tx, key);
        const row = { ...before, version: before.version + 1, updatedAt: tx.now };
        return recordChange(tx, { row, action: 'deleted', actor: ctx.actor, reason });
      }),
  };
}

/** Ends a change in its transaction: everybody who follows the flags learns of it, and the history keeps it. */
export const segmentRecorder =
  ({ events }: Dependencies) =>
  async (tx: ProjectTx, change: Written): Promise<Segment> => {
    const segment = segmentView(change.row);
    const event: FlagEvent = change.action === 'deleted' ? { segmentRemoved: segment.key } : { segment };
    const sequence = await events.append(tx, 'flags', event);
    await segmentRepository.insertVersion(tx, { ...change, sequence });
    return segment;
  };

async function existing(tx: ProjectTx, key: string): Promise<SegmentRow> {
  const row = await segmentRepository.find(tx, key);
  if (!row) throw new WhetstoneError('not_found', `no segment is called "${key}"`);
  return row;
}

/** Archived flags do not count: when one comes back, what it names is looked up again. */
async function checkUnused(tx: ProjectTx, key: string) {
  const flags = (await flagRepository.active(tx)).map((row): FlagDefinition => flagView(row));
  const users = usersOf(key, flags, (await segmentsOf(tx)).values());
  const named = [
    ...users.flags.map((flag) => `the flag "${flag}"`),
    ...users.segments.map((segment) => `the segment "${segment}"`),
  ];
  if (named.length === 0) return;
  throw new WhetstoneError('conflict', `the segment "${key}" is used by ${named.join(', ')}`, { extra: users });
}

const stale = ({ key, version: currentVersion }: SegmentRow, version: number) =>
  new WhetstoneError(
    'conflict',
    `the segment "${key}" is at version ${currentVersion}, your change was made from ${version}`,
    { extra: { currentVersion } },
  );
