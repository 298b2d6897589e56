import { gapLine, type ComparedPatches, type FileChange } from './file-change.ts';
import { linesOf } from './lines.ts';
import { checkedPath, readDiff, type DiffFile } from './unified-diff.ts';

interface WholeFile {
  path: string;
  before: string | undefined;
  after: string | undefined;
}

type ReadPatch =
  | { kind: 'diff'; files: DiffFile[]; problem: string | undefined }
  | { kind: 'whole'; files: WholeFile[]; problem: string | undefined }
  | { kind: 'other'; problem: string };

/** Two patches of the same base: what an agent made of it, and what a person wanted instead. */
export function comparePatches(originalPatch: unknown, correctedPatch: unknown): ComparedPatches {
  const original = readPatch(originalPatch, 'originalPatch');
  const corrected = readPatch(correctedPatch, 'correctedPatch');
  const told = [
    original.problem && `originalPatch: ${original.problem}`,
    corrected.problem && `correctedPatch: ${corrected.problem}`,
  ];
  const answer = (files: FileChange[], problems: readonly (string | undefined)[]) => {
    const all = [...told, ...problems].filter((problem) => problem !== undefined && problem !== '');
    return { files, problem: all.length > 0 ? all.slice(0, 3).join('; ') : undefined };
  };
  if (original.kind === 'other' || corrected.kind === 'other') return answer([], []);
  if (original.kind === 'whole' && corrected.kind === 'whole')
    return answer(ofWhole(original.files, corrected.files), []);
  const bases = new Map<string, string | undefined>();
  if (original.kind === 'whole') for (const { path, before } of original.files) bases.set(path, before);
  if (corrected.kind === 'whole') for (const { path, before } of corrected.files) bases.set(path, before);
  return ofDiffs(asDiff(original), asDiff(corrected), bases, answer);
}

function readPatch(patch: unknown, field: string): ReadPatch {
  if (typeof patch === 'string') return { kind: 'diff', ...readDiff(patch, field) };
  const files = isObject(patch) ? patch['files'] : undefined;
  if (!Array.isArray(files)) {
    return {
      kind: 'other',
      problem: 'is neither a unified diff nor {files: [{path, before, after}]}, so it was not compared',
    };
  }
  const read: WholeFile[] = [];
  let problem: string | undefined;
  files.forEach((file: unknown, i) => {
    const { path, before, after } = isObject(file) ? file : {};
    if (typeof path !== 'string' || !isText(before) || !isText(after)) {
      problem ??= `files.${i} has no path, or a before or after that is no text`;
      return;
    }
    const at = checkedPath(path, `${field}.files.${i}.path`);
    if (`${before ?? ''}${after ?? ''}`.includes(gapLine)) problem ??= `${at} is binary`;
    else read.push({ path: at, before: before ?? undefined, after: after ?? undefined });
  });
  return { kind: 'whole', files: read, problem };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || typeof value === 'string';

function ofWhole(original: readonly WholeFile[], corrected: readonly WholeFile[]): FileChange[] {
  const agents = new Map(original.map((file) => [file.path, file]));
  const persons = new Map(corrected.map((file) => [file.path, file]));
  // A person's patch may begin where the agent ended; then files it does not name stay the agent's.
  const followsAgent = corrected.some(({ path, before }) => {
    const agent = agents.get(path);
    return agent !== undefined && agent.before !== agent.after && before === agent.after;
  });
  return [...new Set([...agents.keys(), ...persons.keys()])].map((path) => {
    const agent = agents.get(path);
    const person = persons.get(path);
    return {
      path,
      agent: agent ? agent.after : person?.before,
      human: person ? person.after : followsAgent ? agent?.after : agent?.before,
      isPartial: false,
    };
  });
}

/** A file given whole is a diff that takes all away and puts all in. */
function asDiff(patch: ReadPatch & { kind: 'diff' | 'whole' }): DiffFile[] {
  if (patch.kind === 'diff') return patch.files;
  return patch.files.map(({ path, before, after }) => ({
    oldPath: before === undefined ? undefined : path,
    newPath: after === undefined ? undefined : path,
    hunks: [
      {
        oldStart: 1,
        lines: [
          ...linesOf(before ?? '').map((text) => ({ op: '-' as const, text })),
          ...linesOf(after ?? '').map((text) => ({ op: '+' as const, text })),
        ],
      },
    ],
  }));
}

function ofDiffs(
  original: readonly DiffFile[],
  corrected: readonly DiffFile[],
  bases: ReadonlyMap<string, string | undefined>,
  answer: (files: FileChange[], problems: string[]) => ComparedPatches,
): ComparedPatches {
  const pairs = new Map<string, { agent?: DiffFile; human?: DiffFile }>();
  const keyOf = ({ oldPath, newPath }: DiffFile) => oldPath ?? newPath!;
  for (const file of original) pairs.set(keyOf(file), { agent: file });
  for (const file of corrected) pairs.set(keyOf(file), { ...pairs.get(keyOf(file)), human: file });
  const files: FileChange[] = [];
  const problems: string[] = [];
  for (const [key, { agent, human }] of pairs) {
    const base = new Map<number, string>();
    linesOf(bases.get(key) ?? '').forEach((text, i) => base.set(i + 1, text));
    const sides = [agent, human].map((file) => file && changesOf(file, base));
    if (sides.includes('contradiction')) {
      problems.push(`${key}: the patches do not agree about the lines that they change`);
      continue;
    }
    const isNew = [agent, human].some((file) => file && file.oldPath === undefined);
    const isPartial = !isNew && !bases.has(key);
    const texts = [agent, human].map((file, i) => {
      if (!file) return isNew ? undefined : textOf(base, undefined, sides);
      return file.newPath === undefined ? undefined : textOf(base, sides[i] as Changes, sides);
    });
    files.push({ path: agent?.newPath ?? human?.newPath ?? key, agent: texts[0], human: texts[1], isPartial });
  }
  return answer(files, problems);
}

interface Changes {
  gone: Set<number>;
  /** Lines that come after a line of the base; 0 is its start. */
  come: Map<number, string[]>;
}

/** Reads what a diff says of the base into `base`. */
function changesOf({ hunks }: DiffFile, base: Map<number, string>): Changes | 'contradiction' {
  const changes: Changes = { gone: new Set(), come: new Map() };
  let end = 1;
  for (const { oldStart, lines } of hunks) {
    let at = Math.max(1, oldStart);
    if (at < end) return 'contradiction';
    for (const { op, text } of lines) {
      if (op === '+') {
        const known = changes.come.get(at - 1);
        if (known) known.push(text);
        else changes.come.set(at - 1, [text]);
        continue;
      }
      const known = base.get(at);
      if (known !== undefined && known !== text) return 'contradiction';
      base.set(at, text);
      if (op === '-') changes.gone.add(at);
      at++;
    }
    end = at;
  }
  return changes;
}

/** The lines of the base that are known, changed; both sides have their gaps in the same places. */
function textOf(
  base: ReadonlyMap<number, string>,
  own: Changes | undefined,
  all: readonly (Changes | 'contradiction' | undefined)[],
): string {
  const places = new Set(base.keys());
  for (const side of all) if (side && side !== 'contradiction') for (const at of side.come.keys()) places.add(at);
  const lines: string[] = [];
  let last = 0;
  for (const at of [...places].sort((a, b) => a - b)) {
    if (at > last + 1 || (at > last && !base.has(at))) lines.push(gapLine);
    last = at;
    const text = base.get(at);
    if (text !== undefined && !own?.gone.has(at)) lines.push(text);
    for (const line of own?.come.get(at) ?? []) lines.push(line);
  }
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}
