import type { EvalSettings, Handlers, regressions } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { settingsRepository } from './repository.ts';

type Operations = Pick<typeof regressions, 'getEvalSettings' | 'putEvalSettings'>;

export const settingsService = (): Handlers<Operations, Ctx> => ({
  getEvalSettings: (ctx) => ctx.transaction((tx) => settingsRepository.of(tx)),

  putEvalSettings: (ctx, input) =>
    ctx.transaction(async (tx) => {
      const change = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
      const changed = await settingsRepository.change(tx, change);
      refuseUpsideDown(changed);
      return changed;
    }),
});

/** Else a rollback could come without an alert. */
function refuseUpsideDown({ alertPoints, criticalPoints, alertP, criticalP }: EvalSettings): void {
  if (criticalPoints < alertPoints)
    throw invalidField('criticalPoints', `${criticalPoints} is below alertPoints, ${alertPoints}`);
  if (criticalP > alertP) throw invalidField('criticalP', `${criticalP} is above alertP, ${alertP}`);
}
