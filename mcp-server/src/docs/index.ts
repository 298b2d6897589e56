import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Origin } from '../config.ts';
import type { DocPageAnswer, DocsAnswer, VerifyAnswer } from '../docs-answer.ts';
import type { Clock } from '../offline/clock.ts';
import type { LastAnswers } from '../offline/last-answers.ts';
import { partitionOf } from '../offline/ruleset-store.ts';
import type { Transport } from '../offline/transport/transport.ts';
import { asking, type DocsCall } from './asking.ts';
import { keeping } from './keeping.ts';
import { keptDocs } from './kept-docs.ts';
import { reading, type ReadArguments } from './read.ts';
import { searching, type DocsOutcome, type DocsParts, type SearchArguments } from './search.ts';
import { segmentStore, type SegmentStore } from './segment-store.ts';
import { verifying, type VerifyArguments } from './verify.ts';
import { workspace } from './workspace.ts';

export interface DocsSettings {
  origin: Origin | undefined;
  /** Why the cloud is not asked. */
  obstacle: string | undefined;
  cacheDir: string;
  transport: Transport;
  attempt: LastAnswers['attempt'];
  clock: Clock;
  cwd: () => string;
}

export interface OpenDocs {
  search(sent: SearchArguments, call: DocsCall): Promise<DocsOutcome<DocsAnswer>>;
  /** `most` characters, where it is not for a tool. */
  read(sent: ReadArguments, call: DocsCall, most?: number): Promise<DocsOutcome<DocPageAnswer>>;
  verify(sent: VerifyArguments, call: DocsCall): Promise<DocsOutcome<VerifyAnswer>>;
  /** Those that are kept on this machine. */
  libraries(): Promise<string[]>;
  /** Resolves when nothing is fetched or written any more. */
  settled(): Promise<void>;
}

/** Of all copies together, and of one. */
const mostBytes = { all: 256 * 2 ** 20, one: 96 * 2 ** 20 };

/**
 * Everything about documentation but the listing of its tools: the search, the readers of lockfiles, the copies. The build puts it
 * into a file of its own, that is loaded when somebody first asks for documentation.
 */
export function docsOver({ origin, obstacle, cacheDir, transport, attempt, clock, cwd }: DocsSettings): OpenDocs {
  const store = origin
    ? segmentStore({ directory: join(cacheDir, `docs-${partitionOf(origin)}`), mostBytes: mostBytes.all })
    : nowhere;
  const kept = keptDocs(store);
  const asks = obstacle === undefined ? origin : undefined;
  const fetching = keeping({ origin: asks, transport, store, kept, clock, mostBytes: mostBytes.one });
  const parts: DocsParts = {
    attempt,
    asked: asking({ workspace: workspace(), cwd }),
    kept,
    keeping: fetching,
    nowMs: clock.wallMs,
    newNonce: () => randomBytes(8).toString('hex'),
  };
  return {
    search: searching(parts),
    read: reading(parts),
    verify: verifying(parts),
    libraries: () => kept.libraries(),
    settled: () => fetching.settled(),
  };
}

/** Without a key there is nobody whose copies these could be. */
const nowhere: SegmentStore = { list: async () => [], read: async () => ({}), write: async () => undefined };
