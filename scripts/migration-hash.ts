import { createHash } from 'node:crypto';

/** White space apart: a formatter may move it, and it changes nothing that a database has run. */
export const hashOfMigration = (source: string) =>
  createHash('sha256').update(source.replace(/\s+/g, ' ').trim()).digest('hex');
