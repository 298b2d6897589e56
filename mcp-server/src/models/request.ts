import type { ModelRequest } from '../model-answer.ts';
import { redact } from '../redact/redact.ts';
import { amount, count, id, name, oneOf, readFields, type Field } from './fields.ts';

/** As `GET /api/portfolio/recommend` takes them, but for the text of the task: an address has no room for it. */
const fields: Readonly<Record<string, Field>> = {
  taskType: name(128),
  language: name(128),
  complexity: name(128),
  repoId: id,
  repoSize: amount(Number.MAX_SAFE_INTEGER, 'lines'),
  contextTokens: count(0, 1_000_000_000),
  maxCost: amount(1_000_000, 'US dollars'),
  maxTimeMs: amount(31_536_000_000, 'milliseconds'),
  verify: oneOf('none', 'tests', 'review'),
  taskId: id,
  userId: id,
};

/**
 * What may be asked, without what may not leave the machine: the cloud and the table are asked the same, under the names
 * that outcomes are recorded by.
 */
export function readRequest(
  sent: unknown,
  { namesPeople }: { namesPeople: boolean },
): ModelRequest | { problem: string } {
  const read = readFields(fields, sent);
  if ('problem' in read) return read;
  const { userId, ...rest } = read.values;
  return asRequest(redact({ ...rest, ...(namesPeople && userId !== undefined && { userId }) }));
}

export function pathOf(request: ModelRequest): string {
  const query = Object.entries(request).map(([member, value]): [string, string] => [member, String(value)]);
  return `/api/portfolio/recommend?${new URLSearchParams(query)}`;
}

/** Every member was held against its field. */
const asRequest = (values: unknown) => values as ModelRequest;
