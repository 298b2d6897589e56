import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { openDatabase } from './platform/db/open.ts';
import { blaming } from './start-problem.ts';

/** The database that the environment chose; a failure names the variable that chose it. */
export const openConfigured = (
  { databaseUrl, dataDir, templateFile, embeddings, pinecone }: Config,
  surroundings: { clock: () => number; log: Logger },
) =>
  blaming(
    databaseUrl ? 'DATABASE_URL' : 'WHETSTONE_DATA_DIR',
    openDatabase(
      { url: databaseUrl, directory: dataDir, templateFile, withVectors: embeddings !== undefined && !pinecone },
      surroundings,
    ),
  );
