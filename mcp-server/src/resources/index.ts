import { flagAddress, flagResources } from './flags.ts';
import { docResources } from './docs.ts';
import { guidanceResources } from './guidance.ts';
import { leaderboardResources } from './leaderboard.ts';
import type { Resource, WatchResources } from './resource.ts';
import { statusResource } from './status.ts';

/** Every resource. */
export const resources: readonly Resource[] = [
  statusResource,
  flagResources,
  leaderboardResources,
  docResources,
  guidanceResources,
];

/** The state of things is another one with every change of the rules: it names their revision. */
export const watchResources: WatchResources = ({ flags }, tell) =>
  flags.watch(({ keys, isListChanged }) =>
    tell({ uris: [statusResource.uri, ...keys.map(flagAddress)], isListChanged }),
  );
