import { languageOf } from '@whetstone/shared/feedback';

/**
 * What tells the version of a person from that of an agent: a run of tokens that must stand in a file, and one that must not. Both begin
 * and end with some tokens that the two have in common. Layout, comments, the kind of quotes, semicolons and trailing commas do not count.
 */
export interface Form {
  wanted: string[];
  unwanted: string[];
}

const around = 3;
const longest = 600;

/** Undefined where both are the same to it, or where they differ so widely that nobody would write the one for the other. */
export function formOf(agent: string, human: string, comments: Comments): Form | undefined {
  const [before, after] = [tokensIn(agent, comments), tokensIn(human, comments)];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  if (start === before.length && start === after.length) return undefined;
  const run = (tokens: readonly string[]) =>
    tokens.slice(Math.max(0, start - around), Math.min(tokens.length, tokens.length - end + around));
  const form = { wanted: run(after), unwanted: run(before) };
  return form.wanted.length > longest || form.unwanted.length > longest || holds(after, form.unwanted)
    ? undefined
    : form;
}

/** How comments begin: `//` divides in Python, `#` names private members in JavaScript. */
export type Comments = 'slashes' | 'hash' | 'either';

/** What may be read as a comment by both is none of the two languages that are known. */
export const commentsOf = (path: string): Comments => {
  const language = languageOf(path);
  return language === 'python' ? 'hash' : language === 'text' ? 'either' : 'slashes';
};

/**
 * Self-contained: its text is part of the check, which stands alone beside a task. That is why it has tokens of its own, plainer than
 * those by which changes are told apart. What is opened and never closed costs no more than what is.
 */
export function tokensIn(text: string, comments: Comments): string[] {
  const pattern =
    /(?<![\w$])#[^\n]*|\/\/[^\n]*|\/\*|"(?:[^"\\\n]|\\.){0,500}"|'(?:[^'\\\n]|\\.){0,500}'|`(?:[^`\\]|\\.){0,500}`|[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu;
  const lastClose = text.lastIndexOf('*/');
  const tokens: string[] = [];
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const { 0: token, index } = found;
    if (token === '/*' && index + 2 <= lastClose) {
      pattern.lastIndex = text.indexOf('*/', index + 2) + 2;
      continue;
    }
    if (token.startsWith('//') || token.startsWith('#')) {
      if (comments === 'either' || (comments === 'hash') === token.startsWith('#')) continue;
    }
    if (/^(?:\/\*|\/\/|#)/.test(token)) {
      // No comment here but a sign like any other, and what comes after it, too.
      pattern.lastIndex = index + 1;
      tokens.push(token[0]!);
      continue;
    }
    if (token === ';') continue;
    if (/^[)\]}]$/.test(token) && tokens.at(-1) === ',') tokens.pop();
    tokens.push(/^["'][^"'\\]*["']$/.test(token) ? `"${token.slice(1, -1)}"` : token);
  }
  return tokens;
}

/** Self-contained, as the other. */
export function holds(tokens: readonly string[], run: readonly string[]): boolean {
  for (let at = 0; at + run.length <= tokens.length; at++) {
    let length = 0;
    while (length < run.length && tokens[at + length] === run[length]) length++;
    if (length === run.length) return true;
  }
  return false;
}
