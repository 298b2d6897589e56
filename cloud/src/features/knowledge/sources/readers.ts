import type { SourceKind } from '@whetstone/shared/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import { directorySource } from './directory.ts';
import { hostLanes, type Time } from './fetch-lanes.ts';
import { githubSource } from './github.ts';
import { readHtml } from './html-reader.ts';
import { llmsTxtSource } from './llms-txt.ts';
import { npmSource } from './npm.ts';
import type { OpenSource } from './source.ts';
import { webSource } from './web.ts';

export interface Reach {
  /** Folders of this server below which documentation may be named. */
  docDirs: readonly string[];
  /** Folders called `node_modules` of this server. */
  modulesDirs: readonly string[];
  registryUrl: string;
}

interface Dependencies extends Reach {
  outbound: Pick<Outbound, 'fetch'>;
  /** Of Whetstone. */
  version: string;
  clock: () => number;
}

const time: Time = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  random: Math.random,
};

/** A reader for every kind of source. Who named the source tells how official it is, see `ingest/ingest.ts`. */
export function sourceReaders({ outbound, version, clock, docDirs, modulesDirs, registryUrl }: Dependencies) {
  const site = { outbound, version, time, lanes: hostLanes(time), provenance: 'official-site' } as const;
  return {
    npm: npmSource({ outbound, registryUrl, modulesDirs, clock }),
    directory: directorySource({ docDirs, htmlToMarkdown: readHtml, clock }),
    github: githubSource({ outbound }),
    'llms-txt': llmsTxtSource(site),
    web: webSource(site),
  } satisfies Record<SourceKind, OpenSource>;
}
