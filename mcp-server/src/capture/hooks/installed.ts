import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../../json.ts';
import { replaceFileNow } from '../../offline/state-files.ts';
import { textIn } from '../places.ts';
import type { Undo } from './edited-json.ts';

/** What an installation changed, so that it can be taken back to the byte. The files' own text is not kept. */
export type Installed =
  | { client: 'claude' | 'cursor'; file: string; wrote: string; undo: Undo[]; made: string[] }
  | { client: 'git'; file: string; wrote: string; movedFrom?: string };

export function readInstalled(path: string): Installed[] {
  const value = parseJson(textIn(path) ?? '');
  return isRecord(value) && Array.isArray(value['entries']) ? (value['entries'] as Installed[]) : [];
}

export const writeInstalled = (path: string, entries: readonly Installed[]) =>
  replaceFileNow(path, `${JSON.stringify({ format: 1, entries })}\n`);

export const fingerprint = (text: string) => createHash('sha256').update(text).digest('hex');
