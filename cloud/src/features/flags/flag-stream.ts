import type { Ctx } from '../../context.ts';
import type { Delivery, Events, Subscription } from '../../platform/events/events.ts';
import { flagStreamBytes } from './flag-stream-bytes.ts';
import { revisionIn } from './last-event-id.ts';
import type { LoadedRuleset, RulesetCache } from './rulesets.ts';

interface Dependencies {
  rulesets: Pick<RulesetCache, 'of' | 'newer'>;
  events: Pick<Events, 'subscribe'>;
}

/** Where the events of one caller go. */
interface Sink {
  send(events: string | Buffer): void;
  /** Whether what was sent is still waiting to leave; `resume` is called when it has. */
  isFull(): boolean;
  end(): void;
}

/** Whoever has missed more than this is better served with the ruleset than with each change of it. */
const maxReplayed = 1_000;

/**
 * What a caller who evaluates by itself must know: first the ruleset, or what it missed since its last event, then every
 * change. No gap is possible, since whatever is sent names its place in the log, and the log is followed from there.
 */
export function flagStream({ rulesets, events }: Dependencies) {
  const bytesOf = flagStreamBytes();

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
        if (delivery.kind === 'lost') return void startOver(delivery).catch(() => sink.end());
        const wasSynced = isSynced;
        const changes = delivery.events.filter(({ topic }) => topic === 'flags');
        revision = changes.at(-1)?.sequence ?? revision;
        isSynced ||= delivery.isCaughtUp;
        const isNews = isSynced && !wasSynced;
        for (const change of changes) sink.send(bytesOf.change(projectId, change));
        if (isNews) sink.send(current());
        // Who catches up takes the time it takes; who is there and does not read is dropped by the sink.
        if (!isSynced && sink.isFull()) subscription?.pause();
      }

      const follow = (after: number) => {
        subscription = events.subscribe(projectId, after, take);
      };

      function sendRuleset(ruleset: LoadedRuleset) {
        revision = ruleset.compiled.revision;
        sink.send(bytesOf.ruleset(projectId, ruleset));
        follow(ruleset.head);
      }

      /** From rules that can be followed: what is in memory may be as old as what was lost. */
      async function startOver({ floor, head }: Delivery & { kind: 'lost' }) {
        isSynced = false;
        const held = await rulesets.of(projectId);
        const fresh = held.head >= floor && held.head <= head ? held : await rulesets.newer(projectId, held);
        if (isClosed) return;
        if (fresh.compiled.revision === revision) follow(fresh.head);
        else sendRuleset(fresh);
      }

      if (revision === undefined || loaded.head - revision > maxReplayed) sendRuleset(loaded);
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
