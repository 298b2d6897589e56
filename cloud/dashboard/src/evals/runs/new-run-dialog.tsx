import { useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { usdText } from '../../ui/figures.ts';
import { blankRun, complaintsOf, newRunKinds, requestOf, type NewRunForm } from './new-run.ts';

interface Props {
  /** That one looks at already. */
  dataset: string | undefined;
  onClose: () => void;
  onOpen: (runId: string) => void;
}

const kindNames: Record<NewRunForm['kind'], string> = {
  model: 'a model',
  samples: 'recorded answers in a file of the server',
  command: 'a command, in a sandbox',
  reference: "the data set's own answers",
};

/** A run of a whole data set, or of some of its problems: what is measured on what, and what it may cost. */
export function NewRunDialog({ dataset, onClose, onOpen }: Props) {
  const { api } = useProject();
  const { query } = useQuery((signal) => api.listEvalDatasets({ limit: 500 }, { signal }), [api]);
  const [form, setForm] = useState(() => blankRun(dataset ?? 'starter'));
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [started, setStarted] = useState<Awaited<ReturnType<typeof api.startEvalRun>>>();
  const complaints = complaintsOf(error);
  const known = query.state === 'ready' ? query.data.items : [];
  const chosen = known.find(({ name }) => name === form.dataset);
  const field = (name: Exclude<keyof NewRunForm, 'kind' | 'dataset'>) => ({
    value: form[name],
    onInput: (value: string) => setForm({ ...form, [name]: value }),
    error: complaints?.[name],
  });
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
      <form onSubmit={(event) => void start(event)}>
        <SelectField
          label="Data set"
          value={form.dataset}
          options={[...new Set([form.dataset, ...known.map(({ name }) => name)])].map((name) => ({ value: name }))}
          onChoose={(name) => setForm({ ...form, dataset: name })}
          error={complaints?.dataset ?? (chosen && !chosen.isAvailable ? chosen.detail : undefined)}
          hint={chosen?.detail}
        />
        {query.state === 'failed' && <ErrorState what="The data sets could not be listed" error={query.error} />}
        <SelectField
          label="What is measured"
          value={form.kind}
          options={newRunKinds.map((kind) => ({ value: kind, label: kindNames[kind] }))}
          onChoose={(kind) => setForm({ ...form, kind })}
        />
        {form.kind === 'model' && (
          <TextField
            label="Model"
            isCode
            {...field('model')}
            hint="As the model endpoint of this server calls it (OPENAI_BASE_URL)"
          />
        )}
        {form.kind === 'samples' && (
          <TextField
            label="File"
            isCode
            {...field('datasetFile')}
            hint="Below WHETSTONE_DATASETS_DIR of the server; answers can be sent by the API as well"
          />
        )}
        {form.kind === 'command' && (
          <TextField label="Command" isCode {...field('command')} hint="Gets the task on its standard input" />
        )}
        <TextField label="Name on the leaderboard" {...field('label')} hint="May be empty" />
        <div class="grid gap-x-4 sm:grid-cols-3">
          {form.kind !== 'samples' && <TextField label="Samples" {...field('samplesPerProblem')} hint="Per problem" />}
          <TextField label="Problems" {...field('problems')} hint="Empty for all" />
          <TextField label="Budget, US dollars" {...field('budgetUsd')} hint="Empty for none" />
        </div>
        {error !== undefined && !complaints && <ErrorState what="The run was not started" error={error} />}
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={isBusy}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
