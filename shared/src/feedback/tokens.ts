import { javascriptForm } from './javascript-form.ts';
import { javascriptTokens } from './javascript-tokens.ts';
import type { ComparedLanguage } from './language.ts';
import { pythonForm } from './python-form.ts';
import { pythonTokens } from './python-tokens.ts';
import { longestTokenized, Unreadable, type Tokens } from './token.ts';

export interface ReadText extends Tokens {
  /** `text` where the file does not follow the grammar of its language. */
  readAs: ComparedLanguage;
}

/** Never throws: a broken file is read as text, by its words, and says so. */
export function readTokens(language: ComparedLanguage, text: string): ReadText {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (language !== 'text' && plain.length <= longestTokenized) {
    try {
      return { ...tokensOf(language, plain), readAs: language };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  return { ...wordsOf(plain), readAs: 'text' };
}

/** Tokens without what formatters change. */
export function readForm(language: ComparedLanguage, text: string): ReadText {
  const read = readTokens(language, text);
  if (read.readAs === 'text') return read;
  return { ...read, tokens: read.readAs === 'python' ? pythonForm(read.tokens) : javascriptForm(read.tokens) };
}

const tokensOf = (language: ComparedLanguage, text: string): Tokens =>
  language === 'python'
    ? pythonTokens(text)
    : javascriptTokens(text, { markup: language === 'tsx' || language === 'javascript' });

function wordsOf(text: string): Tokens {
  const tokens = text.split('\n').flatMap((line, number) =>
    (line.match(/\S+/g) ?? []).map((word, i) => ({
      kind: 'word' as const,
      text: word,
      line: number,
      isFirst: i === 0,
      hasSpace: true,
    })),
  );
  return { tokens, comments: [] };
}
