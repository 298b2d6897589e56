import { EvalRunRequest, parseInput } from '@whetstone/shared/contract';

export const newRunKinds = ['model', 'samples', 'command', 'reference'] as const;

/** The form of a run, as it was typed. */
export interface NewRunForm {
  dataset: string;
  kind: (typeof newRunKinds)[number];
  model: string;
  datasetFile: string;
  command: string;
  label: string;
  samplesPerProblem: string;
  problems: string;
  budgetUsd: string;
}

export const blankRun = (dataset: string): NewRunForm => ({
  dataset,
  kind: 'model',
  model: '',
  datasetFile: '',
  command: '',
  label: '',
  samplesPerProblem: '1',
  problems: '',
  budgetUsd: '',
});

/** What is asked of the server. Throws what the contract says is wrong with it. */
export function requestOf(form: NewRunForm): EvalRunRequest {
  const label = form.label.trim() === '' ? {} : { label: form.label.trim() };
  const number = (name: string, text: string) => (text.trim() === '' ? {} : { [name]: numberOr(text.trim()) });
  return parseInput(EvalRunRequest, {
    dataset: form.dataset,
    subject: { ...subjectOf(form), ...label },
    // Of recorded answers all there are.
    ...(form.kind !== 'samples' && number('samplesPerProblem', form.samplesPerProblem)),
    ...number('problems', form.problems),
    ...number('budgetUsd', form.budgetUsd),
  });
}

/** What is no number stays as it was typed, to be complained of. */
function numberOr(text: string): number | string {
  const number = Number(text.replace(',', '.'));
  return Number.isFinite(number) ? number : text;
}

function subjectOf({ kind, model, datasetFile, command }: NewRunForm) {
  if (kind === 'model') return { kind, model: model.trim() };
  if (kind === 'samples') return { kind, datasetFile: datasetFile.trim() };
  if (kind === 'command') return { kind, command };
  return { kind };
}

/** The places that have a field: what is wrong elsewhere is said below them. */
export const shownPaths = [
  'dataset',
  'subject.kind',
  'subject.model',
  'subject.datasetFile',
  'subject.command',
  'subject.label',
  'samplesPerProblem',
  'problems',
  'budgetUsd',
];
