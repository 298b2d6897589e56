/** Where a command writes and reads; the command line's own, so that nothing here knows it. */
export interface Shell {
  print(text: string): void;
  complain(text: string): void;
  isTty: boolean;
  style: Record<'bold' | 'dim' | 'good' | 'doubtful' | 'bad', (text: string) => string>;
}

/** Says what was wrong and how it is said right; the exit code of wrong usage. */
export function refuse({ complain }: Pick<Shell, 'complain'>, usage: string, problem: string) {
  complain(`whetstone-mcp: ${problem}\n\n${usage}`);
  return 2;
}
