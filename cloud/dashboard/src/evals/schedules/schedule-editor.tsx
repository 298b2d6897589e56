import type { EvalSchedule } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { sameJson } from '../../flag/model/json.ts';
import { useLock } from '../../flag/use-draft-form.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { useGo } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { ActDialog } from '../act-dialog.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { fieldErrorsOf, notShown } from '../form/complaints.ts';
import { PlainForm } from '../form/plain-form.tsx';
import { useLeave } from '../form/use-leave.ts';
import { draftOf, newDraft, shownPaths, type ScheduleDraft } from './model.ts';
import { NextTime } from './next-time.tsx';
import { ScheduleForm } from './schedule-form.tsx';

interface Props {
  /** None: it is not there yet. */
  schedule: EvalSchedule | undefined;
  onChanged: () => void;
}

export function ScheduleEditor({ schedule, onChanged }: Props) {
  const { api } = useProject();
  const go = useGo();
  const nowMs = useNow();
  const refusal = useRefusal('editor');
  const mayNotRun = useRefusal('agent');
  const locked = useLock('schedules');
  const [first] = useState(() =>
    schedule ? draftOf(schedule) : newDraft(Intl.DateTimeFormat().resolvedOptions().timeZone),
  );
  const [draft, setDraft] = useState<ScheduleDraft>(first);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isDirty = !sameJson(draft, first);
  const leave = useLeave(isDirty);

  const complaints = fieldErrorsOf(error);
  const rest = notShown(complaints, shownPaths);
  const cannotSave = refusal ?? (isBusy ? 'It is being saved' : isDirty ? undefined : 'Nothing is changed');
  const save = async () => {
    if (cannotSave !== undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      const { id } = await (schedule
        ? api.putEvalSchedule({ id: schedule.id, ...draft })
        : api.createEvalSchedule(draft));
      if (schedule) onChanged();
      else leave(`/schedules/${id}`);
    } catch (why) {
      setError(why);
      setBusy(false);
    }
  };
  const run = () => {
    if (!schedule) return;
    setError(undefined);
    api.runEvalSchedule({ id: schedule.id }).then(({ runId }) => go(`/runs/${runId}`), setError);
  };
  useShortcuts([{ keys: 'mod+s', does: 'Save', run: () => void save() }]);
  const cannotRun = mayNotRun ?? (isDirty ? 'Save your draft first' : undefined);

  return (
    <EvalsPage
      title={schedule?.name ?? 'New schedule'}
      up={{ href: '/schedules', label: 'Schedules' }}
      actions={
        <>
          {schedule && (
            <>
              <Button kind="quiet" disabled={refusal !== undefined} title={refusal} onClick={() => setDeleting(true)}>
                Delete
              </Button>
              <Button disabled={cannotRun !== undefined} title={cannotRun} onClick={run}>
                Run now
              </Button>
            </>
          )}
          <Button
            kind="primary"
            disabled={cannotSave !== undefined}
            title={cannotSave ?? 'Ctrl+S or ⌘S'}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      {error !== undefined && (
        <div class="mb-4 max-w-4xl">
          {complaints.length > 0 && rest.length === 0 ? (
            <p role="alert" class="rounded border border-bad bg-bad-surface px-4 py-2 text-bad">
              <span aria-hidden="true">! </span>Not saved: see below what is to be mended.
            </p>
          ) : (
            <ErrorState what="That was not done" error={error} />
          )}
        </div>
      )}
      {schedule && <Standing schedule={schedule} nowMs={nowMs} />}
      <PlainForm complaints={complaints} lockedBecause={locked}>
        <ScheduleForm draft={draft} onChange={setDraft} />
      </PlainForm>
      {schedule && isDeleting && (
        <ActDialog
          title={`Delete ${schedule.name}`}
          verb="Delete"
          typedBack={schedule.name}
          write={() => api.deleteEvalSchedule({ id: schedule.id })}
          onWritten={() => leave('/schedules')}
          onClose={() => setDeleting(false)}
        >
          <p class="mb-3">It does not come again. Its runs stay.</p>
        </ActDialog>
      )}
    </EvalsPage>
  );
}

function Standing({ schedule: { nextAt, lastRunId, lastProblem }, nowMs }: { schedule: EvalSchedule; nowMs: number }) {
  return (
    <div class="mb-4">
      <p class="flex flex-wrap gap-x-4">
        <span>
          {nextAt === null ? (
            <span class="text-muted">○ off</span>
          ) : (
            <>
              Next: <NextTime at={nextAt} nowMs={nowMs} />
            </>
          )}
        </span>
        {lastRunId === null ? (
          <span class="text-muted">no run yet</span>
        ) : (
          <a href={`/runs/${lastRunId}`} class="underline">
            Last run
          </a>
        )}
      </p>
      {lastProblem !== null && (
        <p class="mt-1 text-warn">
          <span aria-hidden="true">! </span>
          {lastProblem}
        </p>
      )}
    </div>
  );
}
