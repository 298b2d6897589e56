/** Of what tests and candidate said, what says most in one line: what was claimed, or the error with its message. */
export function gistOf(detail: string | null): string {
  const lines = (detail ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const at = lines.findLastIndex((line) => /^[\w.]*(?:Error|Exception|Interrupt|Exit)\b/.test(line));
  const error = lines[at];
  if (error === undefined) return lines.at(-1) ?? '';
  // Python names the claim above an error that has no message of its own.
  if (!error.includes(': ')) return lines[at - 1] ?? error;
  return unequalIn(lines.slice(at + 1)) ?? error;
}

/** What Node's assertions show of two values: a comparison, or lines with signs before them. */
function unequalIn(lines: readonly string[]): string | undefined {
  const found = (sign: string) => lines.find((line) => line.startsWith(`${sign} `) && !line.startsWith('+ actual'));
  const [actual, expected] = [found('+'), found('-')];
  if (actual !== undefined && expected !== undefined)
    return `${actual.slice(2).trim()} instead of ${expected.slice(2).trim()}`;
  return lines.find((line) => line.includes(' !== '));
}
