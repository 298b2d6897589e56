import { join } from 'node:path';
import type { Config } from '../config.ts';
import { systemClock } from './clock.ts';
import { readDefaults, type Defaults } from './defaults-file.ts';
import type { Expose } from './exposures.ts';
import { flagReader, type FlagReader } from './flag-reader.ts';
import { followRuleset } from './ruleset-feed.ts';
import { partitionOf, rulesetStore, type RulesetStore } from './ruleset-store.ts';
import { openAssignments } from './sticky/open-assignments.ts';
import { nodeTransport } from './transport/node-transport.ts';
import type { Transport } from './transport/transport.ts';

interface Surroundings {
  transport?: Transport;
  /** Hears of each flag that was served. */
  expose?: Expose;
  /** Somebody only looks: what is served first to a unit is then not kept. */
  isLook?: boolean;
}

/** The flag reader of a configuration. Nothing is read or sent before its first use. */
export function openFlags(
  { origin, obstacle, proxy, stateDir, defaultsFile }: Config,
  {
    transport = nodeTransport({ proxy, clock: systemClock }),
    expose = () => undefined,
    isLook = false,
  }: Surroundings = {},
): FlagReader {
  const store = origin && whenUsed(() => rulesetStore(join(stateDir, partitionOf(origin))));
  const feed = followRuleset({ origin, obstacle, store, transport, clock: systemClock, random: Math.random });
  const sticky = openAssignments(origin && (() => join(stateDir, partitionOf(origin), 'sticky')), { isLook });
  let reading: Promise<Defaults> | undefined;
  const defaults = () => (reading ??= readDefaults(defaultsFile));
  return flagReader({ feed, clock: systemClock, defaults, expose, sticky });
}

/** The folder's name is a hash, and what computes hashes takes 2 ms to load: not before the client has its tools. */
function whenUsed(open: () => RulesetStore): RulesetStore {
  let store: RulesetStore | undefined;
  const opened = () => (store ??= open());
  return { read: () => opened().read(), write: (stored) => opened().write(stored) };
}
