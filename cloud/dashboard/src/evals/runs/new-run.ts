import { EvalRunRequest, parseInput } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';

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

const fields = {
  dataset: 'dataset',
  'subject.model': 'model',
  'subject.datasetFile': 'datasetFile',
  'subject.command': 'command',
  'subject.label': 'label',
  samplesPerProblem: 'samplesPerProblem',
  problems: 'problems',
  budgetUsd: 'budgetUsd',
} as const satisfies Record<string, keyof NewRunForm>;

/** What an `invalid` says of the fields of the form; undefined when none of it is about one, so that it is shown whole. */
export function complaintsOf(error: unknown): Partial<Record<keyof NewRunForm, string>> | undefined {
  if (!(error instanceof WhetstoneError) || error.code !== 'invalid') return undefined;
  const known = (error.errors ?? []).flatMap(({ path, message }) =>
    Object.entries(fields).flatMap(([start, field]) =>
      path === start || path.startsWith(`${start}.`) ? [[field, message] as const] : [],
    ),
  );
  return known.length === 0 ? undefined : Object.fromEntries(known.toReversed());
}
