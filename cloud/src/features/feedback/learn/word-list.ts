/** Long lists are read more easily as words than as one literal a line. */
export const wordList = (text: string): string[] => text.trim().split(/\s+/);
