export interface Piece {
  text: string;
  /** The text stands for a character that shows nothing: what that one is. */
  hidden?: string;
  /** Where it begins in its line. */
  at: number;
}

/** Characters that a reader does not see, and that change what a program or a prompt says. */
const unseen =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these are what is looked for
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00A0\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFE00-\uFE0E\uFEFF\uFFF9-\uFFFB]|[\u{E0000}-\u{E0FFF}]/u;

/** A line in pieces, those that nobody would see by their code; in lines that changed, blanks at the end as well. */
export function piecesOf(text: string, isChanged = false): Piece[] {
  let blanks = text.length;
  while (isChanged && (text[blanks - 1] === ' ' || text[blanks - 1] === '\t')) blanks--;
  // Most texts are looked through once, whatever their size.
  if (blanks === text.length && !unseen.test(text)) return text === '' ? [] : [{ text, at: 0 }];
  const pieces: Piece[] = [];
  let at = 0;
  for (const char of text) {
    const last = pieces.at(-1);
    if (at >= blanks) pieces.push({ text: char === '\t' ? '→\t' : '·', hidden: 'blank at the end of the line', at });
    else if (unseen.test(char) && !text.startsWith('\r\n', at))
      pieces.push({ text: codeOf(char), hidden: 'a character that shows nothing', at });
    else if (last && last.hidden === undefined) last.text += char;
    else pieces.push({ text: char, at });
    at += char.length;
  }
  return pieces;
}

const fromRight =
  /([\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]+(?: [\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]+)*)/u;

/** By turns what is written from left to right and what is not; the first may be empty. */
export const runsOf = (text: string): string[] => text.split(fromRight);

/** The same as one text, for where nothing can be marked. */
export const visibleText = (text: string) =>
  piecesOf(text)
    .map((piece) => piece.text)
    .join('');

/** 'CR', or 'U+200B'. */
const codeOf = (char: string) =>
  char === '\r' ? 'CR' : `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
