/** What a terminal is at least expected to hold. */
export const lineWidth = 80;

/** Breaks at spaces; a path or an address longer than a line stays whole, so that it can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** `name  value`, aligned; what is too long goes on below the value. Rows without a value are left out. */
export function columns(rows: [name: string, value: string | undefined][], indent = 2): string[] {
  const shown = rows.filter((row): row is [string, string] => row[1] !== undefined && row[1] !== '');
  const nameWidth = Math.max(0, ...shown.map(([name]) => name.length));
  const margin = ' '.repeat(indent);
  return shown.flatMap(([name, value]) =>
    wrap(value, lineWidth - indent - nameWidth - 2).map(
      (line, index) => `${margin}${(index === 0 ? name : '').padEnd(nameWidth)}  ${line}`,
    ),
  );
}
