import { stringify } from 'smol-toml';
import type { TaskFile } from './task-file.ts';

/** The one way a task is written: members in the order of the format, lists of tests a line each. Comments do not survive. */
export function formatTaskFile(task: TaskFile): string {
  const { repo, env, tests, limits, provenance, ...head } = task;
  const tables = { repo, env, tests, limits, provenance };
  const sections = Object.entries(tables).map(([name, table]) => `[${name}]\n${members(table)}`);
  return `${[members(head), ...sections].join('\n\n')}\n`;
}

const members = (table: object) =>
  Object.entries(table)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} = ${written(value)}`)
    .join('\n');

function written(value: unknown): string {
  if (Array.isArray(value)) {
    const items = value.map(written);
    const oneLine = `[${items.join(', ')}]`;
    return oneLine.length <= 100 ? oneLine : `[\n${items.map((item) => `  ${item},\n`).join('')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).map(([name, inner]) => `${name} = ${written(inner)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  // The library knows how TOML quotes; it only writes whole documents.
  return stringify({ value }).trim().slice('value = '.length);
}
