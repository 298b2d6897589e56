import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** A task for the agent. */
export interface Card {
  name: string;
  /** What is wrong, in words. */
  task: string;
  /** The file to mend, below the folder of the card. */
  file: string;
  /** The command that decides whether it is mended. */
  check: string[];
  language: string;
  /** A library whose documentation may help. */
  library?: string;
}

export async function readCard(path: string): Promise<{ card: Card; root: string }> {
  const card = JSON.parse(await readFile(path, 'utf8')) as Partial<Card>;
  const { name, task, file, check, language = 'javascript', library } = card;
  if (!name || !task || !file || !check?.length)
    throw new Error(`${path} needs "name", "task", "file" and "check", e.g. ["node", "--test"]`);
  return {
    card: { name, task, file, check, language, ...(library !== undefined && { library }) },
    root: resolve(dirname(path)),
  };
}
