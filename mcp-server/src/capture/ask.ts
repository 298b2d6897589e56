import { createInterface } from 'node:readline';

/** One line from whoever sits at the terminal; nothing when they close it. */
export function askLine(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    lines.once('line', (line) => {
      resolve(line.trim());
      lines.close();
    });
    lines.once('close', () => resolve(undefined));
  });
}
