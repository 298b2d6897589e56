import { invalidField } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { runRepository } from '../runs/repository.ts';
import type { LiveRuns, LiveSubscription } from './live-runs.ts';
import { isOver } from './read-run.ts';
import { unknownRun } from './unknown-run.ts';

/** Where the events of one caller go. */
interface Sink {
  send(text: string): void;
  /** Whether what was sent is still waiting to leave; `resume` is called when it has. */
  isFull(): boolean;
  /** Nothing follows; with a reason when that is not how it should end. */
  end(trouble?: string): void;
}

interface Followed {
  runId: string;
  /** `seq` of the last event that the caller has. */
  after: number;
}

/** Looks at the run before anything is sent; what it gives sends each event after `after` once, and then ends. */
export function followRun({ live }: { live: Pick<LiveRuns, 'subscribe'> }) {
  return async ({ projectId, transaction }: Pick<Ctx, 'projectId' | 'transaction'>, { runId, after }: Followed) => {
    const run = await transaction((tx) => runRepository.find(tx, runId));
    if (!run) throw unknownRun(runId);
    if (after > run.eventSeq) throw invalidField('after', `the last event of this run has the seq ${run.eventSeq}`);
    const hasAll = isOver(run) && after === run.eventSeq;

    return (sink: Sink) => {
      let subscription: LiveSubscription | undefined;
      let isSynced = false;
      if (hasAll) sink.end();
      else
        subscription = live.subscribe(projectId, runId, after, (delivery) => {
          if (delivery.kind === 'lost') return sink.end('this run was deleted');
          for (const { text } of delivery.events) sink.send(text);
          if (delivery.events.at(-1)?.isLast) return sink.end();
          isSynced ||= delivery.isCaughtUp;
          // Who catches up takes the time it takes; who is there and does not read is dropped by the sink.
          if (!isSynced && sink.isFull()) subscription?.pause();
        });
      return {
        resume: () => subscription?.resume(),
        close: () => subscription?.end(),
      };
    };
  };
}
