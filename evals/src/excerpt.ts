/** The last line that says something: of a traceback the error, of a program's output how it ended. */
export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

export const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
