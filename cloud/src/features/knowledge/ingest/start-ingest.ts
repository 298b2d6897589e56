import type { DocSource } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { dayMs } from '../../../platform/day.ts';
import type { Database, ProjectTx, Tx } from '../../../platform/db/database.ts';
import type { JobDefinition } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { IngestMessage } from './jobs.ts';
import { ingestRepository, type IngestRow } from './repository.ts';
import type { Owner } from './scope.ts';

export interface Wanted {
  library: string;
  version: string;
  source: DocSource;
  sourceId?: string | undefined;
}

export interface StartIngest {
  /** Of the project's own documentation; part of its transaction. */
  own: (tx: ProjectTx, wanted: Wanted) => Promise<IngestRow>;
  /** Of the public corpus, asked for by a project; a transaction of the system's. */
  common: (projectId: string, wanted: Wanted) => Promise<IngestRow>;
  /** Of what is there already, by time and on nobody's budget; undefined where one is under way. */
  again: (tx: Tx, owner: Owner, wanted: Wanted, startAfter: Date) => Promise<IngestRow | undefined>;
}

interface Dependencies {
  database: Pick<Database, 'asSystem'>;
  queue: Pick<Queue, 'send'>;
  job: JobDefinition<IngestMessage>;
  /** Of a project, in a day (UTC). */
  ingestsPerDay: number;
}

/** One ingest of a version at a time: who asks for another is told of the one that runs, and pays nothing. */
export function ingestStarter({ database, queue, job, ingestsPerDay }: Dependencies): StartIngest {
  const insert = async (tx: Tx, owner: Owner, wanted: Wanted, startAfter?: Date) => {
    const row = await ingestRepository.insert(tx, { owner, ...wanted });
    if (row)
      await queue.send(
        job,
        { ingestId: row.id },
        { tx, projectId: owner ?? undefined, ...(startAfter && { startAfter }) },
      );
    return row;
  };

  const ask = async (tx: Tx, owner: Owner, projectId: string, wanted: Wanted) => {
    // Two that ask at once must not both be the last that fits.
    await ingestRepository.lockProject(tx, projectId);
    const open = await ingestRepository.findOpen(tx, owner, wanted.library, wanted.version);
    if (open) return open;
    const today = new Date(Math.floor(tx.now.getTime() / dayMs) * dayMs);
    if ((await ingestRepository.askedSince(tx, projectId, today)) >= ingestsPerDay)
      throw new WhetstoneError(
        'rate_limited',
        `the project has started ${ingestsPerDay} ingests today (UTC), and may start no more; it may again at ${new Date(today.getTime() + dayMs).toISOString()}`,
      );
    const row = await insert(tx, owner, wanted);
    // Another project asked for the same of the public corpus in this very moment.
    if (!row) return ingestRepository.findOpen(tx, owner, wanted.library, wanted.version);
    await ingestRepository.noteAsked(tx, projectId, row.id);
    return row;
  };

  return {
    own: async (tx, wanted) => mustBe(await ask(tx, tx.projectId, tx.projectId, wanted)),
    common: async (projectId, wanted) => mustBe(await database.asSystem((tx) => ask(tx, null, projectId, wanted))),
    again: insert,
  };
}

function mustBe(row: IngestRow | undefined): IngestRow {
  if (!row) throw new WhetstoneError('unavailable', 'an ingest of the same version ended in this moment; ask again');
  return row;
}
