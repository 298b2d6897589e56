import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What the agent left behind, so that it can later be seen what its user made of it. */
export interface LastWork {
  taskId: string;
  taskType: string;
  language: string;
  model: string;
  guidanceVersion?: string;
  file: string;
  before: string;
  after: string;
}

const place = (root: string) => join(root, '.agent-last.json');

export const keepWork = (root: string, work: LastWork) => writeFile(place(root), JSON.stringify(work));

export async function lastWork(root: string): Promise<LastWork | undefined> {
  try {
    return JSON.parse(await readFile(place(root), 'utf8')) as LastWork;
  } catch {
    return undefined;
  }
}

/** Joins what is done in a repository; a real agent asks git for the address of its origin. */
export const getRepoId = (root: string) => `local/${basename(root)}`;
