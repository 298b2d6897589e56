import type { EvalSettings } from '@whetstone/shared/contract';

type NumberSetting = Exclude<keyof EvalSettings, keyof typeof choiceLabels>;

/** Of what is chosen rather than counted. */
export const choiceLabels = {
  rollback: 'The flag that a critical regression names',
  agentRuns: 'Runs that agent keys start',
} as const;

interface Setting {
  name: NumberSetting;
  label: string;
  unit?: string;
  /** What is shown is so many times what is stored. */
  scale?: number;
  /** Empty means null, and that means this. */
  emptyText?: string;
}

interface Group {
  title: string;
  note: string;
  settings: readonly Setting[];
}

export const settingGroups: readonly Group[] = [
  {
    title: 'Suspicion',
    note: 'Of a run against the one before it; either is enough to have both run again.',
    settings: [
      { name: 'suspicionPoints', label: 'A drop of more than', unit: 'points' },
      { name: 'suspicionP', label: 'or an exact McNemar test with p below' },
    ],
  },
  {
    title: 'Alert',
    note: 'After the reruns; both have to hold.',
    settings: [
      { name: 'alertPoints', label: 'A drop of more than', unit: 'points' },
      { name: 'alertP', label: 'and a paired z test with p below' },
    ],
  },
  {
    title: 'Critical',
    note: 'What may roll a flag back; both have to hold.',
    settings: [
      { name: 'criticalPoints', label: 'A drop of at least', unit: 'points' },
      { name: 'criticalP', label: 'and p below' },
    ],
  },
  {
    title: 'Reruns',
    note: 'Of all problems, on both builds.',
    settings: [
      { name: 'rerunSamples', label: 'Each problem is run again', unit: 'times' },
      { name: 'rerunBudgetUsd', label: 'Reruns of one regression cost at most', unit: 'USD' },
    ],
  },
  {
    title: 'Rollback',
    note: 'Never on errors of the infrastructure, never twice.',
    settings: [
      { name: 'maxInfrastructureErrorRate', label: 'Nothing is rolled back above', unit: '% errors', scale: 100 },
    ],
  },
  {
    title: 'Budgets and retention',
    note: 'For the whole project.',
    settings: [
      { name: 'runsPerHour', label: 'Agents start at most', unit: 'runs an hour' },
      { name: 'dailyBudgetUsd', label: 'Runs cost at most', unit: 'USD a day', emptyText: 'no limit' },
      { name: 'keepDays', label: 'Answers and single results are kept', unit: 'days' },
    ],
  },
];

const labels = new Map<string, string>([
  ...settingGroups.flatMap(({ title, settings }) =>
    settings.map(({ name, label }): [string, string] => [name, `${title}: ${label}`]),
  ),
  ...Object.entries(choiceLabels).map(([name, label]): [string, string] => [name, `Rollback: ${label}`]),
]);

/** What saving changes, for whoever is asked once more. */
export const changesOf = (before: EvalSettings, after: EvalSettings) =>
  (Object.keys(before) as (keyof EvalSettings)[])
    .filter((name) => before[name] !== after[name])
    .map((name) => ({
      label: labels.get(name) ?? name,
      before: before[name],
      after: after[name],
    }));

export const settingText = (value: EvalSettings[keyof EvalSettings]): string =>
  value === null ? 'no limit' : value === 'dry_run' ? 'dry run' : String(value);
