import { useState } from 'preact/hooks';
import { SelectField, TextField } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { usdText } from '../../ui/figures.ts';
import { fieldErrorsOf, notShown } from '../form/complaints.ts';
import { DatasetField } from '../form/dataset-field.tsx';
import { PlainForm } from '../form/plain-form.tsx';
import { blankRun, newRunKinds, requestOf, shownPaths, type NewRunForm } from './new-run.ts';

interface Props {
  /** That one looks at already. */
  dataset: string | undefined;
  onClose: () => void;
  onOpen: (runId: string) => void;
}

const kinds = [
  ['model', 'a model'],
  ['samples', 'recorded answers in a file of the server'],
  ['command', 'a command, in a sandbox'],
  ['reference', "the data set's own answers"],
] as const satisfies readonly (readonly [NewRunForm['kind'], string])[];

/** A run of a whole data set, or of some of its problems: what is measured on what, and what it may cost. */
export function NewRunDialog({ dataset, onClose, onOpen }: Props) {
  const { api } = useProject();
  const [form, setForm] = useState(() => blankRun(dataset ?? 'starter'));
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [started, setStarted] = useState<Awaited<ReturnType<typeof api.startEvalRun>>>();
  const complaints = fieldErrorsOf(error);
  const isShownAtFields = complaints.length > 0 && notShown(complaints, shownPaths).length === 0;
  const set = (change: Partial<NewRunForm>) => setForm({ ...form, ...change });
  const start = async (event: Event) => {
    event.preventDefault();
    setError(undefined);
    setBusy(true);
    try {
      setStarted(await api.startEvalRun(requestOf(form)));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  if (started) {
    return (
      <Dialog title="The run has started" onClose={onClose}>
        <p>
          {started.problemCount} {started.problemCount === 1 ? 'problem' : 'problems'};{' '}
          {started.estimatedCostUsd === null
            ? 'what it will cost is not known: the model is in no table of prices.'
            : `it will cost about ${usdText(started.estimatedCostUsd)}.`}
        </p>
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Close</Button>
          <Button kind="primary" autofocus onClick={() => onOpen(started.runId)}>
            Follow it
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="New run" onClose={onClose}>
      <form class="grid gap-3" onSubmit={(event) => void start(event)}>
        <PlainForm complaints={complaints} lockedBecause={undefined}>
          <DatasetField path="dataset" value={form.dataset} onInput={(dataset) => set({ dataset })} />
          <SelectField
            label="What is measured"
            path="subject.kind"
            value={form.kind}
            options={kinds}
            onChange={(kind) => set({ kind: newRunKinds.find((each) => each === kind) ?? 'model' })}
          />
          {form.kind === 'model' && (
            <TextField
              label="Model"
              path="subject.model"
              mono
              value={form.model}
              hint="As the model endpoint of this server calls it (OPENAI_BASE_URL)"
              onInput={(model) => set({ model })}
            />
          )}
          {form.kind === 'samples' && (
            <TextField
              label="File"
              path="subject.datasetFile"
              mono
              value={form.datasetFile}
              hint="Below WHETSTONE_DATASETS_DIR of the server; answers can be sent by the API as well"
              onInput={(datasetFile) => set({ datasetFile })}
            />
          )}
          {form.kind === 'command' && (
            <TextField
              label="Command"
              path="subject.command"
              mono
              value={form.command}
              hint="Gets the task on its standard input"
              onInput={(command) => set({ command })}
            />
          )}
          <TextField
            label="Name on the leaderboard"
            path="subject.label"
            value={form.label}
            placeholder="default: what it is"
            onInput={(label) => set({ label })}
          />
          <div class="grid gap-x-4 gap-y-3 sm:grid-cols-3">
            {form.kind !== 'samples' && (
              <TextField
                label="Samples of each problem"
                path="samplesPerProblem"
                value={form.samplesPerProblem}
                placeholder="1"
                onInput={(samplesPerProblem) => set({ samplesPerProblem })}
              />
            )}
            <TextField
              label="Problems"
              path="problems"
              value={form.problems}
              placeholder="all"
              onInput={(problems) => set({ problems })}
            />
            <TextField
              label="Budget, USD"
              path="budgetUsd"
              value={form.budgetUsd}
              placeholder="none"
              onInput={(budgetUsd) => set({ budgetUsd })}
            />
          </div>
        </PlainForm>
        {error !== undefined && !isShownAtFields && <ErrorState what="The run was not started" error={error} />}
        <div class="mt-1 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={isBusy}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
