import type { Flag, Ruleset } from '@whetstone/shared/contract';
import type { SseEvent } from './sse-client.ts';

/** What somebody knows who follows the stream of flags over any number of connections. */
export function flagFollower() {
  const flags = new Map<string, Flag>();
  const revisions: number[] = [];
  let lastEventId: string | undefined;
  let rulesets = 0;
  let confirmed = -1;

  return {
    take({ event, id, data }: SseEvent) {
      if (event === 'current') return void (confirmed = (data as { revision: number }).revision);
      lastEventId = id;
      if (event === 'ruleset') {
        rulesets++;
        flags.clear();
        for (const flag of (data as Ruleset).flags) flags.set(flag.key, flag);
        return;
      }
      const change = data as { revision: number; flag: Flag } & { key: string };
      revisions.push(change.revision);
      if (event === 'flag') flags.set(change.flag.key, change.flag);
      else flags.delete(change.key);
    },
    lastEventId: () => lastEventId,
    /** The revision that the server last said is current. */
    confirmed: () => confirmed,
    /** Of every single change, in the order they came. */
    revisions,
    rulesets: () => rulesets,
    flags: () => [...flags.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
  };
}
