/**
 * The body of a function as continues its stem, with the indentation that it lost on the way: all of it where a model
 * wrote it at the left margin, the first line's where the reply was trimmed.
 */
export function indentedBody(code: string): string {
  const text = code.replace(/^(?:[ \t]*\n)+/, '').trimEnd();
  const lines = text.split('\n');
  const [first = '', ...rest] = lines;
  if (/^[ \t]/.test(first)) return text;
  const indents = rest.filter((line) => line.trim()).map(indentOf);
  const least = Math.min(...indents);
  const opensBlock = /:\s*(?:#.*)?$/.test(first);
  const onlyFirstLost = indents.length > 0 && least >= 4 && (!opensBlock || (indents[0] ?? 0) > least);
  if (onlyFirstLost) return [' '.repeat(least) + first, ...rest].join('\n');
  return lines.map((line) => (line.trim() ? `    ${line}` : line)).join('\n');
}

const indentOf = (line: string) => line.length - line.trimStart().length;

/** Takes off the indentation that all lines share. */
export function dedent(code: string): string {
  const lines = code.split('\n');
  const shared = Math.min(...lines.filter((line) => line.trim()).map(indentOf));
  return Number.isFinite(shared) && shared > 0 ? lines.map((line) => line.slice(shared)).join('\n') : code;
}
