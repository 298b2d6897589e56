/** What tasks are compared by, all of it known before anybody worked on them. */
export interface Likeness {
  taskType?: string | undefined;
  language?: string | undefined;
  complexity?: string | undefined;
  repoId?: string | undefined;
}

/** From all tasks to those of one repository. Each cell is shrunk towards the next wider one that has counts. */
export const levels = ['global', 'type', 'complexity', 'repo'] as const;
export type Level = (typeof levels)[number];

export interface CellName {
  level: Level;
  key: string;
}

/**
 * The cells an outcome is counted in, at most one a level, widest first. Type and language make one cell; what was not said
 * is empty in it. A repository's cell takes all complexities, so that it is narrow in one way alone.
 */
export function cellsOf({ taskType, language, complexity, repoId }: Likeness): CellName[] {
  const type = keyOf(taskType, language);
  return [
    { level: 'global', key: '' },
    { level: 'type', key: type },
    ...(complexity === undefined ? [] : [{ level: 'complexity' as const, key: `${type}/${keyOf(complexity)}` }]),
    ...(repoId === undefined ? [] : [{ level: 'repo' as const, key: `${type}/${keyOf(repoId)}` }]),
  ];
}

/** What a cell's key says, as it was told. */
export function likenessOf({ level, key }: CellName): Likeness {
  if (level === 'global') return {};
  const [taskType, language, narrower] = key.split('/').map(decodeURIComponent);
  const type = { taskType: taskType || undefined, language: language || undefined };
  if (level === 'complexity') return { ...type, complexity: narrower };
  return level === 'repo' ? { ...type, repoId: narrower } : type;
}

/** Case and blanks around it are no difference between two kinds of tasks. */
const keyOf = (...parts: (string | undefined)[]) =>
  parts.map((part) => encodeURIComponent((part ?? '').trim().toLowerCase().toWellFormed())).join('/');
