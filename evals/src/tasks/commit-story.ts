import type { TaskFile } from './task-file.ts';

export interface Commit {
  hash: string;
  parents: readonly string[];
  author: string;
  date: string;
  message: string;
}

/** What a commit's message lets one guess of a task; a person reads it over. */
export function storyOf({ message, hash }: Commit): Pick<TaskFile, 'id' | 'title' | 'type' | 'tags'> {
  const subject = message.split('\n', 1)[0]?.trim() || hash.slice(0, 12);
  const [, kind, scope] = /^(\w+)(?:\(([^)]*)\))?!?:/.exec(subject) ?? [];
  const slug = subject
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 48)
    .replaceAll(/^-+|-+$/g, '');
  return {
    id: [slug, hash.slice(0, 7)].filter(Boolean).join('-'),
    title: subject,
    type: types[kind ?? ''] ?? 'bugfix',
    tags: scope ? [scope] : [],
  };
}

const types: Record<string, TaskFile['type']> = {
  fix: 'bugfix',
  feat: 'feature',
  perf: 'refactor',
  refactor: 'refactor',
  style: 'refactor',
  test: 'test',
};

export const draftMark = '<!-- draft -->';

/** The message without its trailers, marked as the draft it is: it speaks of a change that was made, not of one to make. */
export function draftInstruction({ message }: Commit): string {
  const [subject = '', ...rest] = message.trim().split('\n');
  const body = rest
    .filter((line) => !/^[A-Z][\w-]+-(by|to|for|Id): /i.test(line))
    .join('\n')
    .trim();
  return [
    `${draftMark}`,
    '<!-- From the commit message. Say what is wrong or wanted and how to see it, not how it was done; then delete both lines. -->',
    '',
    `# ${subject}`,
    ...(body === '' ? [] : ['', body]),
    '',
  ].join('\n');
}

/** By how much of it there is to write. */
export function difficultyOf(goldPatch: string): TaskFile['difficulty'] {
  const changed = goldPatch.split('\n').filter((line) => /^[+-](?![+-]{2} )/.test(line)).length;
  return changed <= 15 ? 'easy' : changed <= 80 ? 'medium' : 'hard';
}

const languages: Record<string, string> = {
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  py: 'python',
  go: 'go',
};

/** The one most of these files are written in. */
export function languageOf(files: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const file of files) {
    const language = languages[file.split('.').at(-1) ?? ''];
    if (language) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 'other';
}
