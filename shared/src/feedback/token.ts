export interface Token {
  kind: 'word' | 'number' | 'string' | 'template' | 'regex' | 'tag' | 'markup' | 'punct' | 'line';
  /** As it is compared: quotes, numbers and white space of markup in one form. */
  text: string;
  /** 0-based. */
  line: number;
  /** A line ends before it, or did before brackets around it went. */
  isFirst: boolean;
  hasSpace: boolean;
  /** Of a `)`: it closes the head of an `if` or loop. Of a brace: it holds a value, members of a type, the body of `do`. Of a word: it is a member, or the `while` of a `do`. */
  role?: 'control' | 'value' | 'type' | 'do' | undefined;
  /** The bracket it stands in. */
  inside?: Token | undefined;
}

export interface Comment {
  text: string;
  line: number;
}

export interface Tokens {
  tokens: Token[];
  comments: Comment[];
}

/** Longer texts are compared line by line. */
export const longestTokenized = 4_000_000;

/** A text that the grammar does not allow, or not as far as it is known here. */
export class Unreadable extends Error {}

const escaped = /\\([\s\S])/g;

/** The content of a string literal as it is between double quotes and between single ones. */
export const unquoted = (content: string): string =>
  content.includes('\\')
    ? content.replace(escaped, (whole, what: string) => (/['"]/.test(what) ? what : whole))
    : content;

/** A comment without what formatters change about it. */
export const plainComment = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/^\*(?!\/)\s*/, ''))
    .join('\n');
