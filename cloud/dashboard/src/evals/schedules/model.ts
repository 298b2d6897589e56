import type { EvalRunRequest, EvalSchedule, evalSchedules } from '@whetstone/shared/contract';
import cronstrue from 'cronstrue';
import type { z } from 'zod';

/** What a person writes of a schedule. */
export type ScheduleDraft = z.output<typeof evalSchedules.createEvalSchedule.input>;

export const cronWords = ['nightly', 'weekly', 'hourly'] as const;

const said: Readonly<Record<string, string>> = {
  nightly: 'Every night at 03:00',
  weekly: 'Every Monday at 03:00',
  hourly: 'Every hour',
};

/** When it comes, as people say it; what cannot be read is left to the server to refuse. */
export function cronText(cron: string): string | undefined {
  const known = Object.hasOwn(said, cron.trim()) ? said[cron.trim()] : undefined;
  if (known !== undefined) return known;
  if (cron.trim().split(/\s+/).length !== 5) return undefined;
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true, throwExceptionOnParseError: true });
  } catch {
    return undefined;
  }
}

/** With its time zone, since the times are its own. */
export const cadenceText = ({ cron, timeZone }: Pick<EvalSchedule, 'cron' | 'timeZone'>): string =>
  `${cronText(cron) ?? cron} (${timeZone})`;

export const newDraft = (timeZone: string): ScheduleDraft => ({
  name: '',
  cron: 'nightly',
  timeZone,
  enabled: true,
  run: { dataset: '', subject: { kind: 'model', model: '' } },
});

export const draftOf = ({ name, cron, timeZone, enabled, run }: EvalSchedule): ScheduleDraft => ({
  name,
  cron,
  timeZone,
  enabled,
  run,
});

const shownMembers = new Set<string>(['dataset', 'subject', 'flag', 'budgetUsd', 'samplesPerProblem', 'commit']);

/** What a run asks for that no field of the form shows; it stays as it is. */
export const membersKept = (run: EvalRunRequest): [string, string][] =>
  Object.entries(run)
    .filter(([name, value]) => !shownMembers.has(name) && value !== undefined)
    .map(([name, value]) => [name, JSON.stringify(value)]);

/** The places that have a field: what is wrong elsewhere is said above the form. */
export const shownPaths = [
  'name',
  'cron',
  'timeZone',
  'run.dataset',
  'run.subject.kind',
  'run.subject.label',
  'run.subject.model',
  'run.subject.params.temperature',
  'run.subject.params.maxTokens',
  'run.subject.promptVersion',
  'run.subject.guidance',
  'run.subject.command',
  'run.subject.repo',
  'run.subject.timeoutMs',
  'run.subject.datasetFile',
  'run.flag',
  'run.budgetUsd',
  'run.samplesPerProblem',
  'run.commit',
];
