import { type flagHistory, type FlagVersion, type Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { diffOf } from '@whetstone/shared/flags';
import type { Ctx } from '../../../context.ts';
import { checkDependants, checkReferences } from '../checks.ts';
import { changeable, definitionOf } from '../definition.ts';
import { existing } from '../existing.ts';
import { flagView } from '../flag-view.ts';
import type { flagWriter } from '../write-flag.ts';
import { changeView } from './change-view.ts';
import type { VersionRow } from './repository.ts';
import { versionsPage } from './versions-page.ts';
import { versionOf } from './version-of.ts';

interface Dependencies {
  write: ReturnType<typeof flagWriter>['write'];
}

export const historyService = ({ write }: Dependencies): Handlers<typeof flagHistory, Ctx> => ({
  getFlagHistory: (ctx, { key, limit, cursor }) =>
    ctx.transaction(async (tx) => {
      const page = await versionsPage(tx, 'flag_version', { key, limit, cursor });
      // Nothing below the cursor is an end; nothing at all is a flag that never was.
      if (page.versions.length === 0) await existing(tx, key);
      return {
        items: page.versions.map(({ before, ...row }) => versionView(row, before)),
        nextCursor: page.nextCursor,
      };
    }),

  rollBackFlag: (ctx, { key, version, ...wish }) =>
    write(ctx, wish, async (tx) => {
      const before = await existing(tx, key);
      if (before.archivedAt) throw new WhetstoneError('conflict', `the flag "${key}" is archived; restore it first`);
      if (before.version === version) {
        throw new WhetstoneError('conflict', `the flag "${key}" is at version ${version} already`);
      }
      const definition = definitionOf(flagView(await versionOf(tx, key, version)));
      await checkReferences(tx, definition);
      await checkDependants(tx, flagView(before), definition.variants);
      return { kind: 'change', action: 'rolled_back', before, definition };
    }),
});

function versionView(row: VersionRow, before: VersionRow | undefined): FlagVersion {
  const flag = flagView(row);
  return {
    version: row.version,
    action: row.action,
    ...changeView(row),
    at: row.updatedAt.toISOString(),
    diff: before ? diffOf(changeable(flagView(before)), changeable(flag)) : [],
    flag,
  };
}
