import { createHash } from 'node:crypto';
import type { NewOutcome } from './record/new-outcome.ts';

export interface Identity {
  /** What makes two records the same one; undefined when nothing does. */
  naturalKey: Buffer | undefined;
  /** Of everything that was said. */
  contentHash: Buffer;
}

/**
 * Which record an outcome is, for those who send it again without an idempotency key. A task and an attempt name it. A
 * task alone does not, since a task may be tried several times: then the same content is the same record. Without a task
 * two equal outcomes may be two tasks. Of an eval run it is the problem and the model, and the time tells an older run.
 */
export function identityOf({ source, corrects: _, ...said }: NewOutcome): Identity {
  const { at, ...content } = said;
  const { taskId, attempt, model } = content;
  if (source === 'run') return { naturalKey: hashOf([source, taskId, { model }]), contentHash: hashOf(said) };
  const contentHash = hashOf(content);
  const key =
    attempt === undefined ? [source, taskId, null, hashOf([at, content]).toString('hex')] : [source, taskId, attempt];
  return { naturalKey: taskId === undefined ? undefined : hashOf(key), contentHash };
}

const hashOf = (value: unknown) => createHash('sha256').update(JSON.stringify(value, inOrder)).digest();

/** The order of members is no content. */
const inOrder = (_: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
