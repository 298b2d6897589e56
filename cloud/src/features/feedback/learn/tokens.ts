import type { ComparedLanguage } from '@whetstone/shared/feedback';

export interface Token {
  kind: 'name' | 'string' | 'number' | 'comment' | 'mark';
  text: string;
  line: number;
}

/** Every alternative takes at least one character and none looks back: time is linear in the text. */
const script =
  /(\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?)|("(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|`(?:[^`\\]|\\[^])*`?)|([\p{L}_$#@][\p{L}\p{N}_$]*)|(\d[\p{L}\p{N}_.]*)|(===|!==|=>|==|!=|<=|>=|&&=|\|\|=|\?\?=|&&|\|\||\?\?|\?\.|\.\.\.|\+\+|--|\*\*|[+\-*/%]=|[^\s])/gu;
/** In the text between tags an apostrophe belongs to its word. */
const markup = new RegExp(
  script.source.replace('[\\p{L}_$#@][\\p{L}\\p{N}_$]*', "[\\p{L}_$#@][\\p{L}\\p{N}_$]*(?:['’]\\p{L}+)?"),
  'gu',
);
const python =
  /(#[^\n]*)|([rbfuRBFU]{0,2}(?:"""(?:[^"\\]|\\[^]|"(?!""))*(?:""")?|'''(?:[^'\\]|\\[^]|'(?!''))*(?:''')?|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?))|([\p{L}_][\p{L}\p{N}_]*)|(\d[\p{L}\p{N}_.]*)|(->|:=|==|!=|<=|>=|\*\*|\/\/|[+\-*/%|&]=|[^\s])/gu;

const kinds = ['comment', 'string', 'name', 'number', 'mark'] as const;

export function tokensOf(language: ComparedLanguage, text: string): Token[] {
  const tokens: Token[] = [];
  let line = 0;
  let counted = 0;
  for (const found of text.matchAll(language === 'python' ? python : language === 'tsx' ? markup : script)) {
    for (; counted < found.index; counted++) if (text.charCodeAt(counted) === 10) line++;
    const at = found.slice(1).findIndex((group) => group !== undefined);
    tokens.push({ kind: kinds[at] ?? 'mark', text: found[0], line });
  }
  return tokens;
}

/** Tokens that were taken out and those in their place. */
export interface TokenEdit {
  lost: Token[];
  gained: Token[];
}

const largestTable = 90_000;

/** Empty where the two are too long to be compared so. */
export function tokenEdits(before: readonly Token[], after: readonly Token[]): TokenEdit[] {
  let from = 0;
  while (from < before.length && from < after.length && before[from]?.text === after[from]?.text) from++;
  let fromEnd = 0;
  while (
    fromEnd < before.length - from &&
    fromEnd < after.length - from &&
    before.at(-1 - fromEnd)?.text === after.at(-1 - fromEnd)?.text
  )
    fromEnd++;
  const a = before.slice(from, before.length - fromEnd);
  const b = after.slice(from, after.length - fromEnd);
  if (a.length === 0 && b.length === 0) return [];
  if (a.length === 0 || b.length === 0) return [{ lost: a, gained: b }];
  if (a.length * b.length > largestTable) return [];
  const width = b.length + 1;
  const best = new Int32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      best[at] =
        a[i]?.text === b[j]?.text
          ? (best[at + width + 1] ?? 0) + (a[i]?.kind === 'mark' ? 1 : 2)
          : Math.max(best[at + width] ?? 0, best[at + 1] ?? 0);
    }
  }
  const edits: TokenEdit[] = [];
  let open: TokenEdit | undefined;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    if (x && y && x.text === y.text) {
      open = undefined;
      i++;
      j++;
      continue;
    }
    if (!open) {
      open = { lost: [], gained: [] };
      edits.push(open);
    }
    const at = i * width + j;
    if (x && (!y || (best[at + width] ?? 0) >= (best[at + 1] ?? 0))) {
      open.lost.push(x);
      i++;
    } else if (y) {
      open.gained.push(y);
      j++;
    }
  }
  return edits;
}
