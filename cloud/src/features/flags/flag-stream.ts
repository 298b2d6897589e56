import type { Ctx } from '../../context.ts';
import type { Delivery, Events, LoggedEvent, Subscription } from '../../platform/events/events.ts';
import type { FlagEvent } from './flag-event.ts';
import { revisionIn } from './last-event-id.ts';
import type { LoadedRuleset, RulesetCache } from './rulesets.ts';

interface Dependencies {
  rulesets: RulesetCache;
  events: Pick<Events, 'subscribe'>;
}

/** Where the events of one caller go. */
interface Sink {
  send(events: string): void;
  /** Whether what was sent is still waiting to leave; `resume` is called when it has. */
  isFull(): boolean;
  end(): void;
}

/**
 * What a caller who evaluates by itself must know: first the ruleset, or what it missed since its last event, then every
 * change. No gap is possible, since whatever is sent names its place in the log, and the log is followed from there.
 */
export function flagStream({ rulesets, events }: Dependencies) {
  return async ({ projectId }: Ctx, lastEventId: string | undefined) => {
    // Also for who resumes: what cannot be loaded now is refused before the stream begins.
    const loaded = await rulesets.of(projectId);

    return (sink: Sink) => {
      let revision = revisionIn(lastEventId, projectId);
      let subscription: Subscription | undefined;
      let isSynced = false;
      let isClosed = false;

      const current = () => `event: current\ndata: {"revision":${revision}}\n\n`;

      function take(delivery: Delivery) {
        if (delivery.kind === 'lost') return void startOver().catch(() => sink.end());
        const wasSynced = isSynced;
        const changes = delivery.events.filter(({ topic }) => topic === 'flags');
        revision = changes.at(-1)?.sequence ?? revision;
        isSynced ||= delivery.isCaughtUp;
        const isNews = isSynced && !wasSynced;
        const text = changes.map((event) => changeText(projectId, event)).join('') + (isNews ? current() : '');
        if (text !== '') sink.send(text);
        // Who catches up takes the time it takes; who is there and does not read is dropped by the sink.
        if (!isSynced && sink.isFull()) subscription?.pause();
      }

      const follow = (after: number) => {
        subscription = events.subscribe(projectId, after, take);
      };

      function sendRuleset({ compiled, answer, head }: LoadedRuleset) {
        revision = compiled.revision;
        sink.send(`event: ruleset\nid: ${projectId}.${revision}\ndata: ${answer.json}\n\n`);
        follow(head);
      }

      /** From the rules as they are now: what is in memory may be as old as what was lost. */
      async function startOver() {
        isSynced = false;
        rulesets.invalidate(projectId);
        const fresh = await rulesets.of(projectId);
        if (isClosed) return;
        if (fresh.compiled.revision === revision) follow(fresh.head);
        else sendRuleset(fresh);
      }

      if (revision === undefined) sendRuleset(loaded);
      else follow(revision);

      return {
        /** A comment where nobody knows whether there is something newer: the connection lives, the database may not. */
        heartbeat: () => (isSynced && subscription?.isCurrent() ? current() : ': not confirmed at the moment\n\n'),
        resume: () => subscription?.resume(),
        close() {
          isClosed = true;
          subscription?.end();
        },
      };
    };
  };
}

function changeText(projectId: string, { sequence, data }: LoggedEvent): string {
  const id = `id: ${projectId}.${sequence}`;
  const event = data as FlagEvent;
  return 'flag' in event
    ? `event: flag\n${id}\ndata: {"revision":${sequence},"flag":${JSON.stringify(event.flag)}}\n\n`
    : `event: archived\n${id}\ndata: {"revision":${sequence},"key":${JSON.stringify(event.archived)}}\n\n`;
}
