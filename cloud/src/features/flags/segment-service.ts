import {
  SegmentKey,
  type FlagDefinition,
  type Handlers,
  type segments,
  type SegmentVersion,
} from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { diffOf } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import { pageAfter, readCursor } from '../../platform/page.ts';
import { checkSegment } from './checks.ts';
import { flagView } from './flag-view.ts';
import { changeView } from './history/change-view.ts';
import { historyRepository, type SegmentVersionRow } from './history/repository.ts';
import { versionsPage } from './history/versions-page.ts';
import { flagRepository } from './repository.ts';
import { usersOf } from './segment-references.ts';
import type { SegmentRow } from './segment-row.ts';
import { segmentRepository } from './segments/repository.ts';
import { segmentDefinition, segmentView } from './segments/segment-view.ts';
import { segmentsOf } from './segments/segments-of.ts';
import type { segmentWriter } from './write-segment.ts';

interface Dependencies {
  writeSegment: ReturnType<typeof segmentWriter>['write'];
}

export function segmentService({ writeSegment: write }: Dependencies): Handlers<typeof segments, Ctx> {
  return {
    async listSegments(ctx, { limit, cursor }) {
      const after = readCursor(cursor, (text) => SegmentKey.safeParse(text).success);
      const rows = await ctx.transaction((tx) => segmentRepository.list(tx, after, limit + 1));
      return pageAfter(rows.map(segmentView), limit, ({ key }) => key);
    },

    createSegment: (ctx, { dryRun, reason, ...input }) =>
      write(ctx, { dryRun, reason }, async (tx) => {
        const definition = segmentDefinition(input);
        await checkSegment(tx, definition);
        if (!(await segmentRepository.find(tx, definition.key))) return { action: 'created', definition };
        throw new WhetstoneError('conflict', `the segment "${definition.key}" exists`);
      }),

    getSegment: (ctx, { key }) => ctx.transaction(async (tx) => segmentView(await existing(tx, key))),

    updateSegment: (ctx, { version, dryRun, reason, ...input }) =>
      write(ctx, { dryRun, reason }, async (tx) => {
        const before = await existing(tx, input.key);
        if (before.version !== version) throw stale(before, version);
        const definition = segmentDefinition(input);
        await checkSegment(tx, definition);
        return { action: 'updated', before, definition };
      }),

    deleteSegment: (ctx, { key, ...wish }) =>
      write(ctx, wish, async (tx) => {
        const before = await existing(tx, key);
        await checkUnused(tx, key);
        return { action: 'deleted', before };
      }),

    getSegmentHistory: (ctx, { key, limit, cursor }) =>
      ctx.transaction(async (tx) => {
        const page = await versionsPage(tx, 'segment_version', { key, limit, cursor });
        // Nothing below the cursor is an end; nothing at all is a segment that never was.
        if (page.versions.length === 0 && !(await historyRepository.reach(tx, 'segment_version', key)))
          throw unknown(key);
        return {
          items: page.versions.map(({ before, ...row }) => versionView(row, before)),
          nextCursor: page.nextCursor,
        };
      }),

    rollBackSegment: (ctx, { key, version, ...wish }) =>
      write(ctx, wish, async (tx) => {
        const before = await existing(tx, key);
        if (before.version === version) {
          throw new WhetstoneError('conflict', `the segment "${key}" is at version ${version} already`);
        }
        const definition = segmentDefinition(segmentView(await versionOf(tx, key, version)));
        await checkSegment(tx, definition);
        return { action: 'rolled_back', before, definition };
      }),
  };
}

/** A segment that was deleted is still one in that version: what follows, or nothing, tells. */
function versionView(row: SegmentVersionRow, before: SegmentVersionRow | undefined): SegmentVersion {
  const segment = segmentView(row);
  return {
    version: row.version,
    action: row.action,
    ...changeView(row),
    at: row.updatedAt.toISOString(),
    diff: before ? diffOf(definitionIn(before), definitionIn(row)) : [],
    segment,
  };
}

/** Nothing, where the version says that it was deleted. */
const definitionIn = (row: SegmentVersionRow) =>
  row.action === 'deleted' ? undefined : segmentDefinition(segmentView(row));

async function versionOf(tx: ProjectTx, key: string, version: number): Promise<SegmentRow> {
  const row = await historyRepository.find(tx, 'segment_version', key, version);
  if (row) return row;
  const reach = await historyRepository.reach(tx, 'segment_version', key);
  if (!reach) throw unknown(key);
  const { first, last } = reach;
  throw new WhetstoneError(
    'not_found',
    `the history of the segment "${key}" has no version ${version}, it has ${first} to ${last}`,
  );
}

const unknown = (key: string) => new WhetstoneError('not_found', `no segment is called "${key}"`);

async function existing(tx: ProjectTx, key: string): Promise<SegmentRow> {
  const row = await segmentRepository.find(tx, key);
  if (!row) throw unknown(key);
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
