import type { PortfolioSettings } from '@whetstone/shared/contract';
import { invalidField } from '@whetstone/shared/errors';

type Choice = Pick<PortfolioSettings, 'allow' | 'deny'>;

export const isAllowed = ({ allow, deny }: Choice, model: string): boolean =>
  (allow === null || allow.includes(model)) && !deny.includes(model);

/** A pin and a trial win over everything else, so neither may name a model that must not be used. Throws naming it. */
export function checkSettings({ pins, trial, ...choice }: PortfolioSettings): void {
  for (const [index, { model }] of pins.entries()) mustBeAllowed(choice, `settings.pins.${index}.model`, model);
  if (!trial) return;
  mustBeAllowed(choice, 'settings.trial.challenger', trial.challenger);
  mustBeAllowed(choice, 'settings.trial.incumbent', trial.incumbent);
  if (trial.challenger === trial.incumbent)
    throw invalidField('settings.trial.challenger', `"${trial.challenger}" is the incumbent; name two models`);
}

function mustBeAllowed(choice: Choice, path: string, model: string) {
  if (isAllowed(choice, model)) return;
  const why = choice.deny.includes(model)
    ? 'is in deny: take it out there first, or name another model'
    : 'is not in allow: add it there, or name another model';
  throw invalidField(path, `"${model}" ${why}`);
}
