import { join } from 'node:path';
import type { Config } from '../config.ts';
import { systemClock } from './clock.ts';
import { cloudCalls } from './cloud-call.ts';
import { lastAnswers, type LastAnswers } from './last-answers.ts';
import { partitionOf } from './ruleset-store.ts';
import { snapshots } from './snapshots.ts';
import type { Transport } from './transport/transport.ts';

/** The way to runs and leaderboards of a configuration. Nothing is read or sent before its first use. */
export function openEvals(config: Config, transport: Transport): LastAnswers {
  const { origin, stateDir } = config;
  return lastAnswers({
    ask: cloudCalls(config, transport),
    snapshots: snapshots(() => origin && join(stateDir, partitionOf(origin), 'snapshots')),
    clock: systemClock,
    random: Math.random,
  });
}
