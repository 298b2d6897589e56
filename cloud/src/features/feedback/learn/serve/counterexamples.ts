import { languageOf, linesOf, type FileChange } from '@whetstone/shared/feedback';
import { keyOf } from '../key-of.ts';
import { isPlace, isStatement, outlineOf } from '../templates/outline.ts';
import { isTreeLanguage, type ParseTree, type Tree } from '../trees.ts';

export interface Counterexample {
  file: string;
  text: string;
}

const mostCharacters = 100_000;
const longest = 600;

/** Code at a place of this kind that a person left as the agent wrote it; the first of them. */
export function leftAtPlace(
  parse: ParseTree,
  files: readonly FileChange[],
  { language, place }: { language: string; place: string },
): Counterexample | undefined {
  for (const { path, agent, human } of files) {
    if (agent === undefined || human === undefined || languageOf(path) !== language || !isTreeLanguage(language))
      continue;
    if (agent.length > mostCharacters) continue;
    const found = firstAt(parse(agent, language), place, (tree) => human.includes(agent.slice(tree.from, tree.to)));
    if (found) return { file: path, text: agent.slice(found.from, found.to).slice(0, longest) };
  }
  return undefined;
}

function firstAt(tree: Tree, place: string, isLeft: (tree: Tree) => boolean): Tree | undefined {
  if (isPlace(tree)) {
    const { coarse, fine } = outlineOf(tree);
    const keys = [coarse, fine, isStatement(tree.kind) ? `+${coarse}` : undefined];
    if (keys.some((key) => key !== undefined && keyOf(key) === place) && isLeft(tree)) return tree;
  }
  for (const child of tree.children) {
    const found = firstAt(child, place, isLeft);
    if (found) return found;
  }
  return undefined;
}

/** The line that a detector could have applied to. */
export function leftAtLine(
  files: readonly FileChange[],
  leftAt: readonly { path: string; line: number }[],
): Counterexample | undefined {
  for (const { path, line } of leftAt) {
    const text = linesOf(files.find((file) => file.path === path)?.agent ?? '')[line - 1];
    if (text) return { file: path, text: text.trim().slice(0, longest) };
  }
  return undefined;
}
