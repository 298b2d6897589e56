import type { FileChange } from '@whetstone/shared/feedback';
import { gapLine, languageOf, linesOf } from '@whetstone/shared/feedback';
import type { Stretch } from '../reading.ts';
import { isTreeLanguage, type ParseTree, type Tree } from '../trees.ts';
import { isTelling } from './information.ts';
import { skeletonOf, type Template } from './term.ts';
import { treeEdits, type TreeEdit } from './tree-edits.ts';
import type { Outline } from './outline.ts';

/** A change of a correction in the form in which others can be like it. */
export interface ReadEdit {
  path: string;
  language: string;
  /** Index into the reading's stretches. */
  stretch: number;
  template: Template;
  place: Outline;
}

/** Of one language of a correction: what of the agent's code was left, by outline and in lines. */
export interface ReadPlaces {
  language: string;
  left: Map<string, number>;
  lines: { changed: number; left: number };
}

export interface ReadEdits {
  edits: ReadEdit[];
  places: ReadPlaces[];
}

/** What takes longer to parse than it is worth. */
const mostCharacters = 200_000;
const learnedFrom = new Set(['deletion', 'behaviour', 'rename']);

/** Templates come from stretches that are learned from; lines are counted of every file, places of those that have a tree. */
export function readEdits(parse: ParseTree, files: readonly FileChange[], stretches: readonly Stretch[]): ReadEdits {
  const edits: ReadEdit[] = [];
  const places = new Map<string, ReadPlaces>();
  for (const { path, agent, human } of files) {
    if (agent === undefined) continue;
    const language = languageOf(path);
    const own = stretches.map((stretch, index) => ({ stretch, index })).filter(({ stretch }) => stretch.path === path);
    const of = places.get(language) ?? { language, left: new Map<string, number>(), lines: { changed: 0, left: 0 } };
    places.set(language, of);
    countLines(
      of.lines,
      agent,
      own.map(({ stretch }) => stretch),
    );
    if (!isTreeLanguage(language) || agent.length > mostCharacters || (human ?? '').length > mostCharacters) continue;
    const texts = { before: asRead(agent), after: asRead(human ?? '') };
    const before = parse(texts.before, language);
    const isSame = texts.after === texts.before;
    const compared = treeEdits(
      before,
      human === undefined ? none(before) : isSame ? before : parse(texts.after, language),
    );
    for (const [key, count] of compared.left) of.left.set(key, (of.left.get(key) ?? 0) + count);
    const lineAt = { before: lineCounter(texts.before), after: lineCounter(texts.after) };
    for (const edit of compared.edits) {
      const found = own.find(({ stretch }) => isWithin(stretch, edit, lineAt));
      if (!found || !learnedFrom.has(found.stretch.triage)) continue;
      const template = skeletonOf({ ...edit, texts });
      if (template.texts.before.length + template.texts.after.length > 4_000) continue;
      if (isTelling(template)) edits.push({ path, language, stretch: found.index, template, place: edit.place });
    }
  }
  return { edits, places: [...places.values()] };
}

/** As the reader has it parsed. */
const asRead = (text: string) => linesOf(text).join('\n');

/** A file that is gone was not edited anywhere in particular. */
const none = (tree: Tree): Tree => ({ ...tree, children: [], hash: 0, size: 1 });

function countLines(lines: ReadPlaces['lines'], agent: string, stretches: readonly Stretch[]) {
  const isSaid = (line: string) => line.trim() !== '' && line !== gapLine;
  const all = agent.split('\n').filter(isSaid).length;
  let changed = 0;
  for (const { before, triage } of stretches)
    if (triage !== 'cosmetic') changed += before.text.split('\n').filter(isSaid).length;
  changed = Math.min(all, changed);
  lines.changed += changed;
  lines.left += all - changed;
}

type LineAt = (offset: number) => number;

/** Whether one of the changed lines is among those of the edit. */
function isWithin({ before, after }: Stretch, edit: TreeEdit, lineAt: { before: LineAt; after: LineAt }): boolean {
  const meets = (tree: Tree | undefined, lines: { from: number; to: number }, at: LineAt) =>
    tree !== undefined && lines.from <= at(Math.max(tree.from, tree.to - 1)) && lines.to >= at(tree.from);
  return meets(edit.before, before, lineAt.before) || meets(edit.after, after, lineAt.after);
}

function lineCounter(text: string): LineAt {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
