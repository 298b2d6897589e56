import type { LoggedEvent } from '../../platform/events/events.ts';
import type { FlagEvent } from './flag-event.ts';
import type { LoadedRuleset } from './rulesets.ts';

/**
 * What is sent on streams, each made once however many it goes to: a buffer that waits on 200 connections is in memory
 * once, where the same text would be there 200 times.
 */
export function flagStreamBytes() {
  const ofRulesets = new WeakMap<LoadedRuleset, Buffer>();
  const ofChanges = new WeakMap<LoggedEvent, Buffer>();

  return {
    ruleset: (projectId: string, ruleset: LoadedRuleset) =>
      madeOnce(ofRulesets, ruleset, ({ compiled, answer }) =>
        Buffer.from(`event: ruleset\nid: ${projectId}.${compiled.revision}\ndata: ${answer.json}\n\n`),
      ),
    change: (projectId: string, change: LoggedEvent) =>
      madeOnce(ofChanges, change, (event) => Buffer.from(changeText(projectId, event))),
  };
}

function madeOnce<K extends object>(known: WeakMap<K, Buffer>, key: K, make: (key: K) => Buffer): Buffer {
  const bytes = known.get(key) ?? make(key);
  known.set(key, bytes);
  return bytes;
}

function changeText(projectId: string, { sequence, data }: LoggedEvent): string {
  const [name, member, value] = toldOf(data as FlagEvent);
  const id = `id: ${projectId}.${sequence}`;
  return `event: ${name}\n${id}\ndata: {"revision":${sequence},"${member}":${JSON.stringify(value)}}\n\n`;
}

/** Name of the event, and what it says. */
function toldOf(event: FlagEvent): [string, string, unknown] {
  if ('flag' in event) return ['flag', 'flag', event.flag];
  if ('archived' in event) return ['archived', 'key', event.archived];
  return 'segment' in event ? ['segment', 'segment', event.segment] : ['segmentRemoved', 'key', event.segmentRemoved];
}
