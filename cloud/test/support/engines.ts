import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { freshDatabase, noPostgres } from '../../../test/support/postgres.ts';
import { postgresUrl } from '../../../test/support/provided.ts';
import type { DatabaseChoice } from '../../src/platform/db/open.ts';

export { silentLog } from './silent-log.ts';

/** Where a test may make a database of its own, and how it goes away again. */
export interface Place {
  choice: DatabaseChoice;
  /** For files of the server that would use it. */
  directory: string;
  remove: () => Promise<void>;
}

export interface Engine {
  name: 'pglite' | 'postgres';
  /** Why it cannot run here; undefined when it can. */
  missing: string | undefined;
  place: () => Promise<Place>;
}

/** Spares each file the seconds of initdb where the build has left an image; without one all still works. */
const templateFile = resolve(import.meta.dirname, '../../dist/pglite-template.tgz');

export const pglite: Engine = {
  name: 'pglite',
  missing: undefined,
  place: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'whetstone-test-'));
    return {
      choice: { directory, templateFile },
      directory,
      remove: () => rm(directory, { recursive: true, force: true }),
    };
  },
};

export const postgres: Engine = {
  name: 'postgres',
  missing: postgresUrl() === undefined ? noPostgres : undefined,
  place: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'whetstone-test-'));
    const { url, drop } = await freshDatabase(postgresUrl()!);
    const remove = async () => {
      await drop();
      await rm(directory, { recursive: true, force: true });
    };
    return { choice: { url }, directory, remove };
  },
};

/** Every behaviour of the db port, and everything that stands on it, is asserted on both. */
const engines: Engine[] = [pglite, postgres];

/** A suite on every engine; where one cannot run, a test that says so takes its place. */
export function describeOnEngines(title: string, suite: (engine: Engine) => void) {
  for (const engine of engines) describeOn(engine, title, suite);
}

export function describeOn(engine: Engine, title: string, suite: (engine: Engine) => void) {
  describe(`${title} on ${engine.name}`, () => {
    if (engine.missing) it('runs here', ({ skip }) => skip(engine.missing));
    else suite(engine);
  });
}
