import {
  FlagDraft,
  parseInput,
  type Flag,
  type FlagDefinition,
  type Handlers,
  type RolloutPlan,
  type targeting,
} from '@whetstone/shared/contract';
import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../context.ts';
import { definitionOf } from './definition.ts';
import { existing } from './existing.ts';
import { contextOf } from './exposures/contexts.ts';
import { exposureRepository } from './exposures/repository.ts';
import { flagView } from './flag-view.ts';
import { withOwnGates } from './gates/own-gates.ts';
import type { LookAtMany } from './look-at-many.ts';
import { withoutOverride, withOverride } from './overrides.ts';
import { paused, resumed, settled, stepsTaken, withPlan } from './rollout-plan.ts';
import { rolloutProgress } from './rollout-progress.ts';
import type { RulesetCache } from './rulesets.ts';
import type { flagWriter } from './write-flag.ts';

interface Dependencies {
  rulesets: Pick<RulesetCache, 'of'>;
  write: ReturnType<typeof flagWriter>['write'];
  clock: () => number;
  lookAtMany: LookAtMany;
}

interface Wanted {
  key: string;
  dryRun?: boolean | undefined;
  reason?: string | undefined;
}

/** Overrides and rollout plans: changes of one part of a flag, each a version of it. */
export function targetingService({
  rulesets,
  write,
  clock,
  lookAtMany,
}: Dependencies): Handlers<typeof targeting, Ctx> {
  /** Makes the next version of a flag of the current one: nobody else changes it meanwhile. */
  const changing = (ctx: Ctx, { key, ...wish }: Wanted, change: (flag: FlagDefinition, now: Date) => FlagDefinition) =>
    write(ctx, wish, async (tx) => {
      const before = await existing(tx, key);
      if (before.archivedAt) throw new WhetstoneError('conflict', `the flag "${key}" is archived; restore it first`);
      const was = definitionOf(flagView(before));
      const definition = checked(withOwnGates(change(was, tx.now), was));
      return { kind: 'change', action: 'updated', before, definition };
    });

  return {
    putOverride: (ctx, { key, reason, dryRun, ...override }) =>
      changing(ctx, { key, reason, dryRun }, (flag, now) => {
        const { variant, expiresAt } = override;
        if (!Object.hasOwn(flag.variants, variant))
          throw invalidField('variant', `no variant of "${key}" is called "${variant}"`);
        if (expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime())
          throw invalidField('expiresAt', 'has passed, so that the override would never hold');
        return { ...flag, overrides: withOverride(flag.overrides ?? [], override, now.getTime()) };
      }),

    deleteOverride: (ctx, { key, attribute, value, ...wish }) =>
      changing(ctx, { key, ...wish }, ({ overrides, ...flag }) => {
        const left = withoutOverride(overrides ?? [], attribute, value);
        if (!left) throw new WhetstoneError('not_found', `"${key}" has no override for ${attribute} "${value}"`);
        return left.length > 0 ? { ...flag, overrides: left } : flag;
      }),

    putRollout: (ctx, { key, rule, steps, ...wish }) =>
      changing(ctx, { key, ...wish }, (flag, now) => withPlan(flag, { rule, steps }, now.getTime())),

    deleteRollout: (ctx, input) => changing(ctx, input, (flag, now) => settled(planned(flag), now.getTime())),

    pauseRollout: (ctx, input) =>
      changing(ctx, input, (flag, now) => {
        const { rollout } = planned(flag);
        if (rollout.pausedAt !== undefined)
          throw new WhetstoneError('conflict', `the rollout of "${input.key}" is paused since ${rollout.pausedAt}`);
        if (stepsTaken(rollout, now.getTime()) === rollout.steps.length)
          throw new WhetstoneError('conflict', `the rollout of "${input.key}" has taken its last step`);
        return paused(planned(flag), now);
      }),

    resumeRollout: (ctx, input) =>
      changing(ctx, input, (flag, now) => {
        if (planned(flag).rollout.pausedAt === undefined)
          throw new WhetstoneError('conflict', `the rollout of "${input.key}" is not paused`);
        return resumed(planned(flag), now.getTime());
      }),

    async getRollout(ctx, { key }) {
      const { flag, known } = await ctx.transaction(async (tx) => ({
        flag: planned(flagView(await existing(tx, key))),
        known: await exposureRepository.known(tx, key),
      }));
      const { compiled } = await rulesets.of(ctx.projectId);
      const contexts = known.map((each) => contextOf(each, flag));
      return rolloutProgress(flag, compiled, { contexts, lookAtMany }, clock());
    },
  };
}

function planned<T extends FlagDefinition | Flag>(flag: T): T & { rollout: RolloutPlan } {
  const { rollout } = flag;
  if (!rollout) throw new WhetstoneError('not_found', `"${flag.key}" has no rollout plan`);
  return { ...flag, rollout };
}

/** What is wrong with the whole, said of the part that was sent. */
function checked(definition: FlagDefinition): FlagDefinition {
  try {
    parseInput(FlagDraft, definition);
    return definition;
  } catch (error) {
    if (!(error instanceof WhetstoneError) || !error.errors) throw error;
    const errors = error.errors.map(({ path, message }) => ({ path: path.replace(/^rollout\./, ''), message }));
    throw new WhetstoneError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('; '), {
      errors,
    });
  }
}
