import { gapLine, type FileChange } from '@whetstone/shared/feedback';

export interface TrimmedChange {
  /** 1-based, of the first line that differs. */
  fromLine: number;
  before: string;
  after: string;
  removed: number;
  added: number;
}

/**
 * From the first line that differs to the last: what is shown of a file until somebody has read it line by line. In time linear in
 * the text. Undefined where nothing differs.
 */
export function trimmedChange({ agent, human }: FileChange): TrimmedChange | undefined {
  const [before, after] = [linesOf(agent), linesOf(human)];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const [was, is] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  if (was.length === 0 && is.length === 0) return undefined;
  return { fromLine: start + 1, before: shown(was), after: shown(is), removed: countOf(was), added: countOf(is) };
}

/** What follows the last line break of a text is no line of it. */
const countOf = (lines: readonly string[]) => lines.length - (lines.at(-1) === '' ? 1 : 0);

const linesOf = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split('\n'));

/** Lines that a diff does not show are not shown, and no database holds a NUL. */
const shown = (lines: readonly string[]) =>
  lines.map((line) => (line === gapLine ? '…' : line.replaceAll('\u0000', ''))).join('\n');
