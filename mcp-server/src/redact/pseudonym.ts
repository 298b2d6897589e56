import { pseudonymWith } from '@whetstone/shared/pseudonym';
import { createHash } from 'node:crypto';

const identifiers: ReadonlySet<string> = new Set(['userId', 'repoId', 'taskId', 'orgId', 'unit', 'targetingKey']);

/** Members whose text joins one record with others. */
export const isIdentifierName = (name: string) => identifiers.has(name);

export const pseudonymOf = pseudonymWith((text) => createHash('sha256').update(text).digest('hex'));
