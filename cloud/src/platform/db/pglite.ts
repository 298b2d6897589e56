import { PGlite, type Extensions } from '@electric-sql/pglite';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { extract } from 'tar';
import { lockDirectory } from './directory-lock.ts';
import { kyselyDatabase } from './kysely-database.ts';

interface Options {
  /** Holds the database and its lock; absent for one that lives in memory. */
  directory?: string | undefined;
  /** A gzipped image of a migrated data directory, from `dumpTemplate`; saves the seconds of initdb. */
  templateFile?: string | undefined;
  /** With pgvector, for who has embeddings: without it, tables of its type cannot be read. */
  withVectors?: boolean | undefined;
  clock: () => number;
}

/** The embedded engine: PostgreSQL in the process, one process per directory. */
export async function openPglite({ directory, templateFile, withVectors = false, clock }: Options) {
  const release = directory ? await lockDirectory(directory) : undefined;
  try {
    const engine = await startEngine(directory, templateFile, withVectors ? await pgvector() : {});
    // A single connection is all that PGlite has; idle time-outs would only take it down and up again.
    const pool = new pg.Pool({ ...poolConfig(engine), max: 1, idleTimeoutMillis: 0, connectionTimeoutMillis: 30_000 });
    const onClose = async () => {
      await engine.close();
      await release?.();
    };
    return { ...kyselyDatabase({ engine: 'pglite', pool, clock, onClose }), dumpTemplate: () => dump(engine) };
  } catch (error) {
    await release?.();
    throw error;
  }
}

async function pgvector(): Promise<Extensions> {
  const { vector } = await import('@electric-sql/pglite-pgvector');
  return { vector };
}

/** The adapter is a stand-in for the connection class of `pg`; its own types stop short of saying so. */
const poolConfig = (engine: PGlite) => createPgConfig(engine) as unknown as pg.PoolConfig;

async function startEngine(directory: string | undefined, templateFile: string | undefined, extensions: Extensions) {
  const template = templateFile && existsSync(templateFile) ? templateFile : undefined;
  if (!directory)
    return PGlite.create({ extensions, ...(template && { loadDataDir: new Blob([await readFile(template)]) }) });

  const dataDir = join(directory, 'pgdata');
  if (existsSync(dataDir)) return PGlite.create({ dataDir, extensions });

  // Filled beside its place and renamed: a start that is killed half-way leaves nothing that looks like a database.
  const unfinished = join(directory, 'pgdata.new');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  if (template) unpack(template, unfinished);
  else await (await PGlite.create({ dataDir: unfinished })).close();
  await rename(unfinished, dataDir);
  return PGlite.create({ dataDir, extensions });
}

/** Without starting an engine on it, which costs a second of processor time. */
function unpack(template: string, directory: string) {
  const faults: string[] = [];
  // PGlite names the files of an image from the root; that the slash is taken off is told as information.
  const onwarn = (code: string, message: string | Error) =>
    void (code === 'TAR_ENTRY_INFO' || faults.push(String(message)));
  // In one go: nothing else runs yet, and a task each for 1,300 small files takes twice the time.
  extract({ file: template, cwd: directory, onwarn, sync: true, noMtime: true });
  if (faults[0]) throw new Error(`The image of an empty database is damaged (${faults[0]}): build again. ${template}`);
}

async function dump(engine: PGlite) {
  // Else every start from the image would go through all that was done to it once more.
  await engine.exec('checkpoint');
  const image = await engine.dumpDataDir('gzip');
  return Buffer.from(await image.arrayBuffer());
}

/** An empty schema, no secret: in an image the one who builds is not the one who runs. */
export async function writeTemplate(file: string, image: Buffer) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, image);
  await chmod(`${file}.new`, 0o644);
  await rename(`${file}.new`, file);
}
