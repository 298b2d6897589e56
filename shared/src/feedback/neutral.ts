import { importsOf, sameImports } from './imports.ts';
import { sameJavascript, type Slice } from './javascript-form.ts';
import type { ComparedLanguage } from './language.ts';
import { linesOf } from './lines.ts';
import type { Comment } from './token.ts';
import { readForm, type ReadText } from './tokens.ts';

/**
 * `cosmetic`: only its form differs, as a formatter changes it. `comment`: only what comments say. `imports`: only the order of
 * imports. `unknown`: white space, where it may or may not count.
 */
export type FormVerdict = 'same' | 'cosmetic' | 'comment' | 'imports' | 'different' | 'unknown';

export function sameButForForm(language: ComparedLanguage, before: string, after: string): FormVerdict {
  const [a, b] = [linesOf(before), linesOf(after)];
  if (a.length === b.length && a.every((line, i) => line === b[i])) return 'same';
  const read = [readForm(language, before), readForm(language, after)] as const;
  if (language !== 'text' && read[0].readAs !== read[1].readAs) return 'different';
  if (read[0].readAs === 'text') return sameText(a, b);
  const [x, y] = read;
  if (sameTokens(x.readAs, wholeOf(x), wholeOf(y)))
    return sameComments(x.comments, y.comments) ? 'cosmetic' : 'comment';
  const [imports, others] = [importsOf(x), importsOf(y)];
  if (!sameImports(imports, others)) return 'different';
  return sameTokens(x.readAs, wholeOf(imports.rest), wholeOf(others.rest)) ? 'imports' : 'different';
}

export const wholeOf = ({ tokens }: Pick<ReadText, 'tokens'>): Slice => ({ tokens, from: 0, to: tokens.length });

export function sameTokens(language: ComparedLanguage, a: Slice, b: Slice): boolean {
  if (language !== 'python' && language !== 'json') return sameJavascript(a, b);
  if (a.to - a.from !== b.to - b.from) return false;
  for (let i = a.from; i < a.to; i++) {
    const [x, y] = [a.tokens[i]!, b.tokens[b.from + i - a.from]!];
    if (x.text !== y.text || x.kind !== y.kind) return false;
  }
  return true;
}

export const sameComments = (a: readonly Comment[], b: readonly Comment[]): boolean =>
  a.length === b.length && a.every(({ text }, i) => text === b[i]!.text);

/** Of a language that is not known, or a broken file: blanks at the ends of lines and empty lines say nothing; others may. */
export function sameText(a: readonly string[], b: readonly string[]): 'cosmetic' | 'unknown' | 'different' {
  const plain = (lines: readonly string[]) => lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  const words = (lines: readonly string[]) => lines.join(' ').trim().replace(/\s+/g, ' ');
  if (plain(a).join('\n') === plain(b).join('\n')) return 'cosmetic';
  return words(a) === words(b) ? 'unknown' : 'different';
}
