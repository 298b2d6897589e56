import type { PortfolioSettings } from '@whetstone/shared/contract';
import { isAllowed } from '../settings/check-settings.ts';
import { namedIn } from '../settings/known-models.ts';
import type { ModelCount } from '../settings/repository.ts';

const mostModels = 24;

/**
 * The models that a table is about, when there are more than it takes: those that win over others by the settings, then
 * those that may be used by how much is known of them, then those that may not, which are only there to be told apart.
 */
export function chooseModels(settings: PortfolioSettings, counts: readonly ModelCount[]): string[] {
  const { pins, incumbent, trial } = settings;
  const first = [
    ...pins.map(({ model }) => model),
    ...(incumbent === null ? [] : [incumbent]),
    ...(trial ? [trial.challenger, trial.incumbent] : []),
  ];
  const byUse = counts.toSorted((a, b) => b.n - a.n || (a.model < b.model ? -1 : 1)).map(({ model }) => model);
  const rest = [...byUse, ...namedIn(settings)];
  const allowed = rest.filter((model) => isAllowed(settings, model));
  return [...new Set([...first, ...allowed, ...rest])].slice(0, mostModels);
}
