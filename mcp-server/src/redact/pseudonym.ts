import { createHash } from 'node:crypto';

const identifiers: ReadonlySet<string> = new Set(['userId', 'repoId', 'taskId', 'orgId', 'unit', 'targetingKey']);

/** Members whose text joins one record with others. */
export const isIdentifierName = (name: string) => identifiers.has(name);

/**
 * The name under which the cloud knows whoever or whatever has an identifier that may not leave the machine. The same on
 * every machine, for ever, so that one person stays one unit in experiments; there is no secret that all clients of a
 * project share, so it is no protection against somebody who guesses the identifier and hashes it, too.
 */
export const pseudonymOf = (identifier: string) =>
  `anon-${createHash('sha256').update(`whetstone identifier\n${identifier}`).digest('hex').slice(0, 32)}`;
