import type { RunStatus, SampleStatus } from '@whetstone/shared/contract';

type Status = RunStatus | SampleStatus;

const looks: Record<Status, { sign: string; class: string }> = {
  queued: { sign: '○', class: 'text-muted' },
  running: { sign: '◐', class: 'text-accent' },
  completed: { sign: '●', class: 'text-text' },
  cancelled: { sign: '⊘', class: 'text-muted' },
  passed: { sign: '✓', class: 'text-good' },
  failed: { sign: '✗', class: 'text-bad' },
  timeout: { sign: '⧖', class: 'text-bad' },
  error: { sign: '!', class: 'text-warn' },
  skipped: { sign: '–', class: 'text-muted' },
};

/** How a run or a sample stands: a shape and a word, so that colour is never alone. */
export const StatusWord = ({ status }: { status: Status }) => (
  <span class={`whitespace-nowrap ${looks[status].class}`}>
    <span aria-hidden="true">{looks[status].sign}</span> {status}
  </span>
);
