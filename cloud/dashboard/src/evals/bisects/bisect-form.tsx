import type { BisectRequest, Regression } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { Check, NumberField, SelectField } from '../../flag/form/fields.tsx';
import { Section } from '../../flag/form/section.tsx';
import { ValuesField } from '../../flag/form/values-field.tsx';
import { sameJson, withMember } from '../../flag/model/json.ts';
import { useLock } from '../../flag/use-draft-form.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { fieldErrorsOf } from '../form/complaints.ts';
import { DatasetField } from '../form/dataset-field.tsx';
import { PlainForm } from '../form/plain-form.tsx';
import { SubjectFields } from '../form/subject-fields.tsx';
import { useLeave } from '../form/use-leave.ts';
import { startOf } from './model.ts';
import { overOfKind, type Over } from './over.ts';
import { OverFields } from './over-fields.tsx';

type Draft = Omit<BisectRequest, 'confidence' | 'seedRuns' | 'maxRuns'> &
  Pick<BisectRequest, 'confidence' | 'seedRuns' | 'maxRuns'>;

const settings = { confidence: 0.9, seedRuns: 20, maxRuns: 60 };

function firstDraft(regression: Regression | undefined): Draft {
  if (regression) return { ...settings, ...startOf(regression) };
  return {
    ...settings,
    over: overOfKind('promptVersions'),
    dataset: '',
    subject: { kind: 'model', model: '' },
  };
}

export function BisectForm({ regression }: { regression: Regression | undefined }) {
  const { api } = useProject();
  const refusal = useRefusal('editor');
  const locked = useLock('bisects');
  const [first] = useState(() => firstDraft(regression));
  const [draft, setDraft] = useState(first);
  const [error, setError] = useState<unknown>();
  const [state, setState] = useState<'writing' | 'busy'>('writing');
  const leave = useLeave(!sameJson(draft, first));
  const start = async () => {
    if (refusal !== undefined || state !== 'writing') return;
    setState('busy');
    setError(undefined);
    try {
      const { id } = await api.startBisect(draft);
      leave(`/bisects/${id}`);
    } catch (why) {
      setError(why);
      setState('writing');
    }
  };
  useShortcuts([{ keys: 'mod+s', does: 'Start', run: () => void start() }]);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const setOver = (over: Over) => set({ over });

  return (
    <EvalsPage
      title="Start a bisect"
      up={{
        href: regression ? `/regressions/${regression.id}` : '/bisects',
        label: regression ? 'Regression' : 'Bisects',
      }}
      actions={
        <Button
          kind="primary"
          disabled={refusal !== undefined || state !== 'writing'}
          title={refusal ?? 'Ctrl+S or ⌘S'}
          onClick={() => void start()}
        >
          Start
        </Button>
      }
    >
      {error !== undefined && (
        <div class="mb-4 max-w-4xl">
          <ErrorState what="The bisect was not started" error={error} />
        </div>
      )}
      <PlainForm complaints={fieldErrorsOf(error)} lockedBecause={locked}>
        <div class="max-w-4xl">
          <Section title="Between" note="From the last that is known to be good to the first that is known to be bad.">
            <SelectField
              label="Search"
              path="over.kind"
              class="mb-3 w-56"
              value={draft.over.kind}
              options={kinds}
              onChange={(kind) => setOver(overOfKind(kind, draft.over))}
            />
            <OverFields over={draft.over} onChange={setOver} />
          </Section>
          <Section title="Whom and on what">
            <DatasetField
              path="dataset"
              class="mb-3 w-56"
              value={draft.dataset}
              onInput={(dataset) => set({ dataset })}
            />
            {regression && (
              <Check
                label={`Ask whom the run asked that regressed: ${regression.subject.label}`}
                checked={draft.subject === undefined}
                onChange={(isTheirs) =>
                  setDraft(
                    withMember(
                      draft,
                      'subject',
                      isTheirs
                        ? undefined
                        : draft.over.kind === 'commits'
                          ? { kind: 'command', command: '' }
                          : { kind: 'model', model: '' },
                    ),
                  )
                }
              />
            )}
            {draft.subject && (
              <div class="mt-2">
                <SubjectFields
                  subject={draft.subject}
                  path="subject"
                  kinds={['model', 'command']}
                  onChange={(subject) => set({ subject })}
                />
              </div>
            )}
            <p class="mt-2 text-xs text-muted">
              Commits are told apart by a command that reads its working copy; prompt and flag versions by a model,
              which has each put before its prompt. Recorded answers are the same at every version.
            </p>
          </Section>
          <Section
            title="Problems"
            note={
              draft.problems
                ? 'Run at each step.'
                : 'None named: all of them are run at both ends, to find those that tell the ends apart.'
            }
          >
            <ValuesField
              label="Problems that went from passing to failing"
              path="problems"
              values={draft.problems ?? none}
              onChange={(problems) =>
                setDraft(withMember(draft, 'problems', problems.length > 0 ? problems : undefined))
              }
            />
          </Section>
          <Section title="How far">
            <div class="flex flex-wrap gap-4">
              <NumberField
                label="Named at a chance of"
                unit="%"
                path="confidence"
                value={scaled(draft.confidence, 100)}
                onInput={(percent) => set({ confidence: scaled(percent, 0.01) })}
              />
              <NumberField
                label="Runs at each end"
                path="seedRuns"
                value={draft.seedRuns}
                onInput={(seedRuns) => set({ seedRuns: seedRuns ?? 0 })}
              />
              <NumberField
                label="Most runs of the search"
                path="maxRuns"
                value={draft.maxRuns}
                onInput={(maxRuns) => set({ maxRuns: maxRuns ?? 0 })}
              />
              <NumberField
                label="Budget"
                unit="USD"
                path="budgetUsd"
                optional
                placeholder="none"
                value={draft.budgetUsd}
                onInput={(budgetUsd) => setDraft(withMember(draft, 'budgetUsd', budgetUsd))}
              />
            </div>
          </Section>
        </div>
      </PlainForm>
    </EvalsPage>
  );
}

const none: readonly string[] = [];

const kinds = [
  ['commits', 'commits of a repository'],
  ['promptVersions', 'prompt versions'],
  ['flagVersions', 'versions of a flag'],
] as const;

/** What is typed and is no number stays what it is: the schema complains of it. */
const scaled = (value: number | undefined, by: number): number =>
  typeof value === 'number' ? Number((value * by).toPrecision(12)) : (value ?? 0);
