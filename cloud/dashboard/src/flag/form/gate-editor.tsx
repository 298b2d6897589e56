import type { EvalGate } from '@whetstone/shared/contract';
import { useQuery } from '../../api/use-query.ts';
import { SuggestedField } from '../../evals/form/suggested-field.tsx';
import { useProject } from '../../live/project.tsx';
import { withMember } from '../model/json.ts';
import { Complaints, NumberField, SelectField } from './fields.tsx';
import { useComplaints } from './form-context.tsx';
import { Action } from './section.tsx';

interface Props {
  /** Its step, counted from 1. */
  step: number;
  /** The dotted path of the gate in the flag. */
  path: string;
  gate: EvalGate;
  onChange: (member: string, gate: EvalGate) => void;
  onRemove: () => void;
}

/** What has to be measured before a step comes. Members that have no field here stay as they are. */
export function GateEditor({ step, path, gate, onChange, onRemove }: Props) {
  const { api } = useProject();
  const complaints = useComplaints(path);
  const { query } = useQuery((signal) => api.listEvalSources({}, { signal }), [api]);
  const datasets = query.state === 'ready' ? query.data.items.map(({ dataset }) => dataset) : [];
  const subjects = useSubjects(gate.dataset, datasets.includes(gate.dataset));
  const { minPassRate, passedAt, runId } = gate;
  return (
    <div role="group" aria-label={`Eval gate of step ${step}`} class="mb-2 w-full border-l-2 border-line pl-3">
      <p class="flex items-center gap-2 text-sm">
        <span aria-hidden="true">{passedAt === undefined ? '◌' : '✓'}</span>
        {passedAt === undefined ? (
          'Waits, whatever the clock says, for a whole run that names this flag and a variant of the split'
        ) : (
          <span>
            Passed at <span class="font-mono text-xs">{passedAt}</span>
            {runId !== undefined && (
              <>
                {' by '}
                <a href={`/runs/${runId}`} class="underline">
                  this run
                </a>
              </>
            )}
            ; changed, it has to be passed again
          </span>
        )}
        <Action label={`Remove the gate of step ${step}`} onClick={onRemove}>
          ×
        </Action>
      </p>
      <div class="flex flex-wrap items-start gap-3 py-1">
        <SuggestedField
          label="Data set"
          path={`${path}.dataset`}
          class="w-40"
          mono
          value={gate.dataset}
          suggestions={datasets}
          onInput={(dataset) => onChange('dataset', { ...gate, dataset })}
        />
        <SelectField
          label="Subject"
          path={`${path}.subjectId`}
          class="w-48"
          value={gate.subjectId ?? ''}
          options={[['', 'any'], ...subjects]}
          onChange={(subjectId) => onChange('subjectId', withMember(gate, 'subjectId', subjectId))}
        />
        <NumberField
          label="Passes at least"
          unit="%"
          path={`${path}.minPassRate`}
          optional
          placeholder="any"
          value={scaled(minPassRate, 100)}
          onInput={(percent) => onChange('minPassRate', withMember(gate, 'minPassRate', scaled(percent, 0.01)))}
        />
        <NumberField
          label="Below the run before by at most"
          unit="points"
          path={`${path}.maxDropPoints`}
          optional
          placeholder="any"
          value={gate.maxDropPoints}
          onInput={(points) => onChange('maxDropPoints', withMember(gate, 'maxDropPoints', points))}
        />
      </div>
      <Complaints of={complaints} />
    </div>
  );
}

/** Those that were measured on the data set. */
function useSubjects(dataset: string, isKnown: boolean): [string, string][] {
  const { api } = useProject();
  const { query } = useQuery(
    async (signal) => (isKnown ? (await api.getLeaderboard({ dataset, timeRange: '365d' }, { signal })).items : []),
    [api, dataset, isKnown],
  );
  return query.state === 'ready' ? query.data.map(({ subject: { id, label } }): [string, string] => [id, label]) : [];
}

/** What is typed and is no number stays what it is: the schema complains of it. */
const scaled = (value: number | undefined, by: number): number | undefined =>
  typeof value === 'number' ? Number((value * by).toPrecision(12)) : value;
