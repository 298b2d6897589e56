import { visibleText, warningsOf } from '@whetstone/shared/knowledge';
import { visible } from '../visible.ts';

export { fenced, type NewNonce } from '@whetstone/shared/knowledge';

/** As a reader would see it: whoever sent it. */
export const cleaned = (text: string) => visibleText(text);

/** For a line: a title, a path, an address. */
export const oneLine = (text: string) => visible(text).trim();

/** What the cloud found, and what is found here: neither need trust the other. */
export const allWarnings = (said: readonly string[], text: string) => [...new Set([...said, ...warningsOf(text)])];

/** Whole lines from the start, and whether that is not all of it; code that is cut is closed. */
export function cutTo(text: string, mostCharacters: number): { text: string; isCut: boolean } {
  if (text.length <= mostCharacters) return { text, isCut: false };
  const head = text.slice(0, mostCharacters);
  const lineEnd = head.lastIndexOf('\n');
  return { text: lineEnd > 0 ? head.slice(0, lineEnd) : head, isCut: true };
}
