import { join } from 'node:path';
import type { Config } from '../config.ts';
import { systemClock } from './clock.ts';
import { readDefaults, type Defaults } from './defaults-file.ts';
import { flagReader, type FlagReader } from './flag-reader.ts';
import { followRuleset } from './ruleset-feed.ts';
import { partitionOf, rulesetStore } from './ruleset-store.ts';
import { nodeTransport } from './transport/node-transport.ts';
import type { Transport } from './transport/transport.ts';

/** The flag reader of a configuration. Nothing is read or sent before its first use. */
export function openFlags(
  { origin, obstacle, proxy, stateDir, defaultsFile }: Config,
  transport: Transport = nodeTransport({ proxy, clock: systemClock }),
): FlagReader {
  const store = origin && rulesetStore(join(stateDir, partitionOf(origin)));
  const feed = followRuleset({ origin, obstacle, store, transport, clock: systemClock, random: Math.random });
  let reading: Promise<Defaults> | undefined;
  return flagReader({ feed, clock: systemClock, defaults: () => (reading ??= readDefaults(defaultsFile)) });
}
