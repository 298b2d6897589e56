import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Expose } from '../../src/offline/exposures.ts';
import { flagReader } from '../../src/offline/flag-reader.ts';
import { followRuleset } from '../../src/offline/ruleset-feed.ts';
import { partitionOf, rulesetStore } from '../../src/offline/ruleset-store.ts';
import { assignmentJournal } from '../../src/offline/sticky/assignment-journal.ts';
import { assignments } from '../../src/offline/sticky/assignments.ts';
import { manualClock, type ManualClock } from './manual-clock.ts';
import { scriptedCloud, silence, type Answer } from './scripted-cloud.ts';

export const newStateDir = () => mkdtempSync(join(tmpdir(), 'whetstone-test-'));

interface Parts {
  cloud?: Answer;
  stateDir?: string;
  clock?: ManualClock;
  selector?: string;
  obstacle?: string;
  defaults?: Record<string, unknown>;
  random?: () => number;
  expose?: Expose;
}

/** A reader as one process would have it; two with the same `stateDir` are two processes, or one restarted. */
export function newReader({ cloud: reply = silence, stateDir = newStateDir(), ...parts }: Parts = {}) {
  const { clock = manualClock(), selector = 'selector1234', obstacle, defaults = {} } = parts;
  const { random = () => 0, expose = () => undefined } = parts;
  const cloud = scriptedCloud(reply);
  const origin = { url: 'http://cloud.test', apiKey: `wsk_${selector}_secret`, selector };
  const directory = join(stateDir, partitionOf(origin));
  const stickyFolder = join(directory, 'sticky');
  const feed = followRuleset({
    origin,
    obstacle,
    store: rulesetStore(directory),
    transport: cloud.transport,
    clock,
    random,
  });
  const reader = flagReader({
    feed,
    clock,
    defaults: async () => ({ flags: new Map(Object.entries(defaults)) }),
    expose,
    sticky: assignments({ journal: assignmentJournal(() => stickyFolder), clock, atExit: () => () => undefined }),
  });
  return { reader, cloud, clock, stateDir, path: join(directory, 'ruleset-1.json'), stickyFolder };
}
