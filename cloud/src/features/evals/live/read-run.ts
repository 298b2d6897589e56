import type { EvalRun, LiveEvent } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Reading } from '../../../platform/events/events.ts';
import { runRepository, type ListedRun } from '../runs/repository.ts';
import { runView } from '../runs/run-view.ts';
import { liveRepository } from './repository.ts';

/** An event as it is sent: its text is made once for all who follow the run. */
export interface RunEvent {
  /** Its `seq`. */
  sequence: number;
  text: string;
  /** Nothing follows, unless the run is resumed. */
  isLast: boolean;
}

/** What was told of a run after a place. Lost: there is no such run any more. */
export async function readRun(tx: ProjectTx, runId: string, after: number, limit: number): Promise<Reading<RunEvent>> {
  const run = await runRepository.glance(tx, runId);
  if (!run) return { kind: 'lost', floor: 0, head: 0 };
  const head = run.eventSeq;
  const rows = after < head ? await liveRepository.events(tx, runId, after, head, limit) : [];
  const isDeleted = rows.length === 0 && after < head;
  const events = isDeleted
    ? [whatIsLeftOf(runView(run))]
    : rows.map(({ data, ...row }) => ({ ...row, ...(data as object) }));
  return {
    kind: 'events',
    events: events.map((event) => ({
      sequence: event.seq,
      text: JSON.stringify(event),
      isLast: event.type === 'done' && event.seq === head && isOver(run),
    })),
    head,
  };
}

/** Retention deletes events and keeps the row: it says how the run ended, or, after it was resumed, how far it is. */
function whatIsLeftOf(run: EvalRun): LiveEvent {
  const { lastSeq: seq, doneCount: done, sampleCount: total, counts, passRate, interval, paidUsd } = run;
  if (isOver(run)) return { seq, type: 'done', run };
  return { seq, type: 'progress', done, total, counts, passRate, interval, paidUsd };
}

export const isOver = ({ status }: Pick<ListedRun, 'status'>) => status !== 'queued' && status !== 'running';
