import type { Regression } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { inputClass, TextField } from '../../ui/field.tsx';
import { ActDialog } from '../act-dialog.tsx';

interface Props {
  regression: Regression;
  nowMs: number;
  onChanged: () => void;
}

/** What a person does about a regression. */
export function RegressionActions({ regression, nowMs, onChanged }: Props) {
  const refusal = useRefusal('editor');
  const [open, setOpen] = useState<'acknowledge' | 'mute' | 'assign' | undefined>();
  const { state, acknowledged, mutedUntil } = regression;
  const isMuted = mutedUntil !== null && Date.parse(mutedUntil) > nowMs;
  const notNow = acknowledged
    ? `${acknowledged.by} has acknowledged it`
    : state === 'alert' || state === 'unconfirmed'
      ? undefined
      : `It is ${state}: there is no alert to acknowledge`;
  const cannotAcknowledge = refusal ?? notNow;
  useShortcuts([
    { keys: 'a', does: 'Acknowledge', run: () => cannotAcknowledge === undefined && setOpen('acknowledge') },
    { keys: 'e', does: 'Assign', run: () => refusal === undefined && setOpen('assign') },
  ]);
  const dialog = {
    regression,
    nowMs,
    onConflict: onChanged,
    onClose: () => setOpen(undefined),
    onWritten: () => {
      setOpen(undefined);
      onChanged();
    },
  };
  return (
    <div class="flex flex-wrap gap-2">
      <Button
        kind="primary"
        disabled={cannotAcknowledge !== undefined}
        title={cannotAcknowledge ?? 'a'}
        onClick={() => setOpen('acknowledge')}
      >
        Acknowledge
      </Button>
      <Button disabled={refusal !== undefined} title={refusal} onClick={() => setOpen('mute')}>
        {isMuted ? 'Unmute' : 'Mute'}
      </Button>
      <Button disabled={refusal !== undefined} title={refusal ?? 'e'} onClick={() => setOpen('assign')}>
        Assign
      </Button>
      <a
        href={`/bisects/new?regression=${regression.id}`}
        class="inline-flex h-8 items-center rounded border border-line px-3 font-medium hover:bg-hover"
      >
        Start a bisect
      </a>
      {open === 'acknowledge' && <Acknowledge {...dialog} />}
      {open === 'mute' && <Mute {...dialog} isMuted={isMuted} />}
      {open === 'assign' && <Assign {...dialog} />}
    </div>
  );
}

interface DialogProps extends Omit<Props, 'onChanged'> {
  onWritten: () => void;
  onConflict: () => void;
  onClose: () => void;
}

function Acknowledge({ regression: { id }, nowMs: _, ...dialog }: DialogProps) {
  const { api } = useProject();
  const [note, setNote] = useState('');
  const said = note.trim();
  return (
    <ActDialog
      {...dialog}
      title="Acknowledge the regression"
      verb="Acknowledge"
      write={() => api.acknowledgeRegression({ id, ...(said !== '' && { note: said }) })}
    >
      <p class="mb-3">Somebody knows. From now on runs are compared with the new level.</p>
      <TextField
        label="Note, for whoever reads the history"
        value={note}
        onInput={setNote}
        maxLength={2_000}
        isFocused
      />
    </ActDialog>
  );
}

const dayMs = 86_400_000;
const spans = [
  { label: 'a day', ms: dayMs },
  { label: 'a week', ms: 7 * dayMs },
  { label: 'a month', ms: 30 * dayMs },
];

/** As a field of local time has it. */
const localText = (ms: number) => new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

function Mute({ regression: { id, mutedUntil }, nowMs, isMuted, ...dialog }: DialogProps & { isMuted: boolean }) {
  const { api } = useProject();
  const [until, setUntil] = useState(localText(nowMs + 7 * dayMs));
  const untilMs = Date.parse(until);
  if (isMuted) {
    return (
      <ActDialog
        {...dialog}
        title="Unmute the regression"
        verb="Unmute"
        write={() => api.muteRegression({ id, until: null })}
      >
        <p>Muted until {mutedUntil}: from now on webhooks and the log tell of it again.</p>
      </ActDialog>
    );
  }
  return (
    <ActDialog
      {...dialog}
      title="Mute the regression"
      verb="Mute"
      isReady={Number.isFinite(untilMs)}
      write={() => api.muteRegression({ id, until: new Date(untilMs).toISOString() })}
    >
      <p class="mb-3">
        Until then webhooks and the server's log say nothing of it. What is rolled back is rolled back.
      </p>
      <label class="block">
        <span class="mb-1 block font-medium">Until, in your time zone</span>
        <input
          type="datetime-local"
          class={inputClass}
          value={until}
          onInput={(event) => setUntil(event.currentTarget.value)}
        />
      </label>
      <p class="mt-2 flex gap-2">
        {spans.map(({ label, ms }) => (
          <Button key={label} kind="quiet" onClick={() => setUntil(localText(nowMs + ms))}>
            {label}
          </Button>
        ))}
      </p>
    </ActDialog>
  );
}

function Assign({ regression: { id, assignee }, nowMs: _, ...dialog }: DialogProps) {
  const { api, me } = useProject();
  const [name, setName] = useState(assignee ?? me.key.name);
  const said = name.trim();
  return (
    <ActDialog
      {...dialog}
      title="Assign the regression"
      verb={said === '' ? 'Assign to nobody' : 'Assign'}
      write={() => api.assignRegression({ id, assignee: said === '' ? null : said })}
    >
      <TextField
        label="Who looks after it"
        value={name}
        onInput={setName}
        maxLength={256}
        isFocused
        hint="Empty: nobody"
      />
    </ActDialog>
  );
}
