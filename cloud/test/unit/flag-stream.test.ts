import { Prepared } from '@whetstone/shared/contract';
import { expect, it } from 'vitest';
import type { Ctx } from '../../src/context.ts';
import { flagStream } from '../../src/features/flags/flag-stream.ts';
import { rulesetCache, type LoadedRuleset, type RulesetCache } from '../../src/features/flags/rulesets.ts';
import type { Delivery } from '../../src/platform/events/events.ts';

const aRuleset = (revision: number, head: number) =>
  ({
    compiled: { revision },
    answer: new Prepared(`{"revision":${revision},"flags":[]}`, undefined),
    head,
  }) as unknown as LoadedRuleset;

/** Two streams of one project, what they sent and where they follow the log. */
async function twoStreams(rulesets: Pick<RulesetCache, 'of' | 'newer'>, lastEventId?: string) {
  const subscribers: ((delivery: Delivery) => void)[] = [];
  const followed: number[] = [];
  const open = flagStream({
    rulesets,
    events: {
      subscribe(_, after, deliver) {
        followed.push(after);
        subscribers.push(deliver);
        return { isCurrent: () => true, pause: () => undefined, resume: () => undefined, end: () => undefined };
      },
    },
  });
  const sent: (string | Buffer)[][] = [[], []];
  for (const to of sent) {
    const start = await open({ projectId: 'p' } as Ctx, lastEventId);
    start({ send: (bytes) => void to.push(bytes), isFull: () => false, end: () => expect.fail('ended') });
  }
  return { subscribers: [...subscribers], followed, sent };
}

// A ruleset may have megabytes, and who does not read it may come 200 times: text would be there as often.
it('gives all connections the same bytes', async () => {
  const ruleset = aRuleset(7, 9);
  const { subscribers, followed, sent } = await twoStreams({ of: () => ruleset, newer: () => ruleset });
  expect(followed).toEqual([9, 9]);
  const change = { sequence: 10, topic: 'flags' as const, data: { archived: 'old' } };
  for (const deliver of subscribers) deliver({ kind: 'events', events: [change], isCaughtUp: true });
  expect(sent[0]!.map(String)).toEqual([
    'event: ruleset\nid: p.7\ndata: {"revision":7,"flags":[]}\n\n',
    'event: archived\nid: p.10\ndata: {"revision":10,"key":"old"}\n\n',
    'event: current\ndata: {"revision":10}\n\n',
  ]);
  for (const index of [0, 1]) {
    expect(sent[1]![index]).toBeInstanceOf(Buffer);
    expect(sent[1]![index]).toBe(sent[0]![index]);
  }
});

it('loads no ruleset for who lost their place when the one at hand can be followed', async () => {
  const ruleset = aRuleset(7, 9);
  const newer = () => expect.fail('loaded');
  const { subscribers, followed, sent } = await twoStreams({ of: () => ruleset, newer }, 'p.3');
  for (const deliver of subscribers) deliver({ kind: 'lost', floor: 5, head: 9 });
  await new Promise((done) => setImmediate(done));
  expect(followed).toEqual([3, 3, 9, 9]);
  expect(sent.map(String)).toEqual(Array(2).fill('event: ruleset\nid: p.7\ndata: {"revision":7,"flags":[]}\n\n'));
});

it('loads one newer ruleset for all who cannot follow the one at hand', async () => {
  let loads = 0;
  const rulesets = rulesetCache({
    database: { asProject: async () => ({ revision: 7, head: 8 + loads++, flags: [], segments: [] }) as never },
    clock: () => 0,
    events: { isCurrent: () => true, track: () => undefined },
  });
  const { subscribers, followed } = await twoStreams(rulesets, 'p.3');
  for (const deliver of subscribers) deliver({ kind: 'lost', floor: 9, head: 9 });
  await new Promise((done) => setImmediate(done));
  expect(followed).toEqual([3, 3, 9, 9]);
  expect(loads).toBe(2);
});
