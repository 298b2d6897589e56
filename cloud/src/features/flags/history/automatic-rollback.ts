import type { Flag } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { withoutVariant } from '@whetstone/shared/flags';
import type { Database } from '../../../platform/db/database.ts';
import { definitionOf } from '../definition.ts';
import { existing } from '../existing.ts';
import { flagView } from '../flag-view.ts';
import { flagRepository } from '../repository.ts';
import type { flagWriter } from '../write-flag.ts';
import { systemActor } from './record-change.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  apply: ReturnType<typeof flagWriter>['apply'];
}

interface VariantRollback {
  key: string;
  variant: string;
  /** For whoever reads the history: what was measured, and where to look. */
  reason: string;
}

export type RollBackVariant = (projectId: string, rollback: VariantRollback) => Promise<Flag>;

/**
 * What other slices call when a variant does harm: a new version in which nobody gets it and all others keep what they
 * have. Repeated it changes nothing. Throws `not_found` for an unknown flag, `conflict` for an archived one, `invalid` for
 * an unknown variant or the off variant.
 */
export const automaticRollback =
  ({ database, apply }: Dependencies): RollBackVariant =>
  (projectId, { key, variant, reason }) =>
    database.asProject(projectId, async (tx) => {
      await flagRepository.lockProject(tx);
      const before = await existing(tx, key);
      if (before.archivedAt) throw new WhetstoneError('conflict', `the flag "${key}" is archived: it serves nobody`);
      const flag = flagView(before);
      if (!Object.hasOwn(flag.variants, variant)) {
        throw new WhetstoneError('invalid', `the flag "${key}" has no variant "${variant}"`);
      }
      const was = definitionOf(flag);
      const definition = withoutVariant(was, variant);
      if (!definition) {
        const message = `"${variant}" is the off variant of the flag "${key}": nothing could be served instead`;
        throw new WhetstoneError('invalid', message);
      }
      if (definition === was) return flag;
      const plan = { kind: 'change', action: 'variant_rolled_back', before, definition } as const;
      return apply(tx, plan, systemActor('automatic rollback'), reason);
    });
