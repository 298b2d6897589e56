import { unpackSegment } from '@whetstone/shared/knowledge';
import { gunzipSync } from 'node:zlib';
import { expectedOf } from '../../src/features/knowledge/catalogue/libraries.ts';
import { ingestJobs, type IngestMessage } from '../../src/features/knowledge/ingest/jobs.ts';
import type { Database } from '../../src/platform/db/database.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';
import type { TestApp } from './app.ts';
import type { ScriptedSource } from './scripted-source.ts';
import { silentLog } from './silent-log.ts';

/** Runs ingests by hand, one run at a time, as a server of its own would. */
export function ingestingBy(
  { database }: { database: Database },
  source: Pick<ScriptedSource, 'open'>,
  {
    clock = Date.now,
    cutAfterMs = 60_000,
    pieceBytes,
  }: { clock?: () => number; cutAfterMs?: number; pieceBytes?: number } = {},
) {
  const sent: { input: IngestMessage; startAfter: Date | undefined }[] = [];
  const send = (async (_job, input, options) => {
    sent.push({ input: input as IngestMessage, startAfter: options?.startAfter });
    return '';
  }) as Queue['send'];
  const openSource = {
    npm: source.open,
    directory: source.open,
    github: source.open,
    'llms-txt': source.open,
    web: source.open,
  };
  const { job } = ingestJobs({
    database,
    queue: { send },
    openSource,
    clock,
    steadyMs: () => performance.now(),
    cutAfterMs,
    pieceBytes,
    expectedOf,
  });
  return {
    /** Messages that runs have sent for further runs. */
    sent,
    run: (ingestId: string, { projectId, attempt = 1 }: { projectId: string | undefined; attempt?: number }) =>
      job.run({ ingestId }, { projectId, attempt, signal: new AbortController().signal, log: silentLog }),
  };
}

/** What is stored of a version, whoever it belongs to. */
export function storedOf({ database }: Pick<TestApp, 'database'>, library: string, version = '1.0.0') {
  return database.asSystem(async ({ sql: trx }) => {
    const row = await trx
      .selectFrom('knowledge_version')
      .selectAll()
      .where('library', '=', library)
      .where('version', '=', version)
      .executeTakeFirst();
    if (!row) return undefined;
    const of = <T extends 'knowledge_page' | 'knowledge_text' | 'knowledge_segment' | 'knowledge_taken'>(table: T) =>
      trx
        .selectFrom(table as 'knowledge_page')
        .selectAll()
        .where('version_id', '=', row.id)
        .execute();
    const pieces = await trx
      .selectFrom('knowledge_segment')
      .selectAll()
      .where('version_id', '=', row.id)
      .orderBy('stamp')
      .orderBy('part')
      .execute();
    return {
      version: row,
      pages: (await of('knowledge_page')).toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      texts: await trx.selectFrom('knowledge_text').selectAll().where('version_id', '=', row.id).execute(),
      taken: await of('knowledge_taken'),
      pieces,
      segment:
        pieces.length > 0 ? unpackSegment(gunzipSync(Buffer.concat(pieces.map(({ packed }) => packed)))) : undefined,
    };
  });
}
