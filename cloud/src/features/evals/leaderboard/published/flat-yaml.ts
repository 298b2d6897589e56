/**
 * Publishers' YAML is a flat list of some thousand lines. The parser recurses and is not to be stopped: a megabyte of open
 * brackets ends the whole process, where its regular expressions find no room on the stack, and a megabyte of short lines keeps
 * it busy for half a minute. So size and depth are bounded before, from what any reading of the text can come to: quotes and
 * comments are not looked at, closing brackets take nothing back.
 */
const mostCharacters = 262_144;
const mostLines = 10_000;
const mostBrackets = 100;
const mostIndented = 64;
/** `- a: ? b` begins one level each, and so does each anchor or tag for the parser. */
const mostMarksInLine = 40;

/** Why a text is not read; undefined for one that is. */
export function whyNotFlat(text: string): string | undefined {
  if (text.length > mostCharacters) return `${text.length} characters, more than ${mostCharacters}`;
  let brackets = 0;
  let line = 1;
  let marks = 0;
  let isIndent = true;
  let indent = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\n' || char === '\r') {
      line += 1;
      if (line > mostLines) return `more than ${mostLines} lines`;
      marks = 0;
      indent = 0;
      isIndent = true;
      continue;
    }
    if (isIndent && (char === ' ' || char === '\t')) {
      indent += 1;
      if (indent > mostIndented) return `line ${line} is indented by more than ${mostIndented}`;
      continue;
    }
    isIndent = false;
    if (char === '[' || char === '{') brackets += 1;
    if (brackets > mostBrackets) return `line ${line}: more than ${mostBrackets} brackets in a file`;
    if (isMark(text, at)) marks += 1;
    if (marks > mostMarksInLine) return `line ${line} begins more than ${mostMarksInLine} things`;
  }
  return undefined;
}

const isMark = (text: string, at: number) => {
  const char = text[at]!;
  if (char === '-' || char === '?' || char === ':') return /\s|^$/.test(text[at + 1] ?? '');
  return char === '&' || char === '!' || char === '*';
};
