import type { ComparedLanguage } from '@whetstone/shared/feedback';
import { keyOf, type Alignment, type Edit } from '../lines.ts';
import { tokenEdits, tokensOf, type Token, type TokenEdit } from '../tokens.ts';
import { renames } from '../renames.ts';
import { ancestor, nameOf, textOf, type Node, type Tree } from './tree.ts';
import { groupedBy } from '../../../../platform/grouped-by.ts';
import { wordList } from '../word-list.ts';

/** What an agent left and what a person made of it, as detectors look at it. */
export interface Change {
  language: ComparedLanguage;
  agent: Side;
  human: Side;
  parts: Part[];
  /** Over all parts: old name and new one. */
  renames(): [string, string][];
  /** Of the person's, over all parts. */
  humanTokens(): Token[];
}

export interface Side {
  tree: Tree;
  lines: readonly string[];
  /** For each line 1 where it is not on the other side, nor moved to another place there. */
  changed: Uint8Array;
  /** Of these, the lines in the place of which nothing stands on the other side. */
  alone: Uint8Array;
}

/** Neighbouring changed lines on both sides. */
export interface Part {
  stretch: Edit;
  agent: PartSide;
  human: PartSide;
  edits(): TokenEdit[];
}

export interface PartSide {
  /** Those of changed lines alone. */
  text: string;
  /** Nodes that begin on a changed line, outermost first. */
  nodes(kinds: readonly string[]): readonly Node[];
  /** Whether some of it was there before, or is there after. */
  isEmpty: boolean;
  tokens(): Token[];
}

export function changeOf(
  language: ComparedLanguage,
  texts: { agent: readonly string[]; human: readonly string[] },
  alignment: Alignment,
  trees: { agent: Tree; human: Tree },
): Change {
  const agent = sideOf(texts.agent, trees.agent);
  const human = sideOf(texts.human, trees.human);
  for (const { aFrom, aTo, bFrom, bTo } of alignment.edits) {
    agent.changed.fill(1, aFrom, aTo);
    human.changed.fill(1, bFrom, bTo);
    if (bFrom === bTo) agent.alone.fill(1, aFrom, aTo);
    if (aFrom === aTo) human.alone.fill(1, bFrom, bTo);
  }
  leaveOutMoved(agent, human);
  const parts = alignment.stretches.map((stretch) => partOf(language, stretch, agent, human));
  let renamed: [string, string][] | undefined;
  let humanTokens: Token[] | undefined;
  const all = <T>(of: (part: Part) => T[]) => parts.flatMap(of);
  return {
    language,
    agent,
    human,
    parts,
    renames: () =>
      (renamed ??= renames(
        all((part) => part.edits()),
        all((part) => part.agent.tokens()),
        all((part) => part.human.tokens()),
      )),
    humanTokens: () => (humanTokens ??= all((part) => part.human.tokens())),
  };
}

const sideOf = (lines: readonly string[], tree: Tree): Side => ({
  tree,
  lines,
  changed: new Uint8Array(lines.length),
  alone: new Uint8Array(lines.length),
});

/** A line that was taken out here and put in there was moved. */
function leaveOutMoved(agent: Side, human: Side) {
  const put = new Map<string, number[]>();
  for (const [at, line] of human.lines.entries()) {
    const key = human.changed[at] ? keyOf(line) : '';
    if (key.length > 6) put.set(key, [...(put.get(key) ?? []), at]);
  }
  if (put.size === 0) return;
  for (const [at, line] of agent.lines.entries()) {
    const to = agent.changed[at] ? put.get(keyOf(line))?.shift() : undefined;
    if (to === undefined) continue;
    agent.changed[at] = 0;
    human.changed[to] = 0;
  }
}

function partOf(language: ComparedLanguage, stretch: Edit, agent: Side, human: Side): Part {
  const a = partSide(language, agent, stretch.aFrom, stretch.aTo);
  const h = partSide(language, human, stretch.bFrom, stretch.bTo);
  let edits: TokenEdit[] | undefined;
  return { stretch, agent: a, human: h, edits: () => (edits ??= tokenEdits(a.tokens(), h.tokens())) };
}

function partSide(language: ComparedLanguage, side: Side, from: number, to: number): PartSide {
  const text = side.lines
    .slice(from, to)
    .filter((_, at) => side.changed[from + at])
    .join('\n');
  let tokens: Token[] | undefined;
  let own: Node[] | undefined;
  const nodesHere = () => {
    if (own) return own;
    const { nodes } = side.tree;
    // They come in the order of their lines.
    let low = 0;
    let high = nodes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((nodes[middle]?.line ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    own = [];
    for (let at = low; at < nodes.length && (nodes[at]?.line ?? to) < to; at++) {
      const node = nodes[at];
      if (node && side.changed[node.line] && node.parent) own.push(node);
    }
    return own;
  };
  let byKind: Map<string, Node[]> | undefined;
  // Some seventy detectors ask, and most of them for what is not there.
  const nodesOf = (kinds: readonly string[]): readonly Node[] => {
    const known = (byKind ??= groupedBy(nodesHere(), ({ kind }) => kind));
    const here = kinds.filter((kind) => known.has(kind));
    if (here.length < 2) return known.get(here[0] ?? '') ?? [];
    return nodesHere().filter(({ kind }) => here.includes(kind));
  };
  return {
    text,
    isEmpty: text.trim() === '',
    nodes: nodesOf,
    tokens: () => (tokens ??= tokensOf(language, text).filter((token) => token.kind !== 'comment')),
  };
}

const compounds =
  wordList(`function_declaration method_definition function_definition class_declaration class_definition
if_statement for_statement for_in_statement while_statement try_statement with_statement
catch_clause except_clause interface_declaration else_clause elif_clause switch_case`);
const named = /function|method|class|interface/;

/**
 * Whether it came or went with something larger around it: the lines of a function that was deleted as a whole are not so many
 * deleted guards.
 */
function isWithinLarger(node: Node, side: Side, other: PartSide): boolean {
  for (let around = ancestor(node, ...compounds); around; around = ancestor(around, ...compounds)) {
    if (around.line === node.line && around.endLine === node.endLine && around.from === node.from) continue;
    if (!isAllChanged(around, side)) return false;
    const { kind } = around;
    const name = named.test(kind) ? nameOf(around) : '';
    const counterparts = other.nodes([kind]);
    if (name === '' ? counterparts.length === 0 : !counterparts.some((peer) => nameOf(peer) === name)) return true;
  }
  return false;
}

function isAllChanged(node: Node, side: Side): boolean {
  for (let line = node.line; line <= node.endLine; line++) {
    if (!side.changed[line] && (side.lines[line]?.trim().length ?? 0) > 2) return false;
  }
  return true;
}

export interface Look {
  kinds: readonly string[];
  is?: (node: Node) => boolean;
  /** What makes two of them the same thing; by default they are only counted. */
  key?: (node: Node) => string;
}

const found = (side: PartSide, { kinds, is }: Look) => side.nodes(kinds).filter((node) => !is || is(node));

/** Those on one side that have no counterpart among `peers` on the other. */
function surplus(mine: Node[], theirs: Node[], key: (node: Node) => string): Node[] {
  if (theirs.length === 0) return mine;
  const count = new Map<string, number>();
  for (const node of theirs) count.set(key(node), (count.get(key(node)) ?? 0) + 1);
  const text = new Set(theirs.map((node) => keyOf(textOf(node))));
  // Where they are only counted, the ones that are there unchanged are not the ones that went.
  const ordered = [
    ...mine.filter((node) => text.has(keyOf(textOf(node)))),
    ...mine.filter((node) => !text.has(keyOf(textOf(node)))),
  ];
  return ordered.filter((node) => {
    const left = count.get(key(node)) ?? 0;
    count.set(key(node), left - 1);
    return left <= 0;
  });
}

/** In the agent's lines and no more in the person's. `peers`: what counts as still being there. */
export function lost(change: Change, part: Part, look: Look, peers: Look = look): Node[] {
  const mine = found(part.agent, look);
  if (mine.length === 0) return mine;
  return surplus(mine, found(part.human, peers), look.key ?? (() => '')).filter(
    (node) => !isWithinLarger(node, change.agent, part.human),
  );
}

/** In the person's lines and not in the agent's. */
export function gained(change: Change, part: Part, look: Look, peers: Look = look): Node[] {
  const mine = found(part.human, look);
  if (mine.length === 0) return mine;
  return surplus(mine, found(part.agent, peers), look.key ?? (() => '')).filter(
    (node) => !isWithinLarger(node, change.human, part.agent),
  );
}

/** The same thing, as it was and as it is: by key, else by order. */
export function kept(part: Part, look: Look): [Node, Node][] {
  const theirs = found(part.human, look);
  const pairs: [Node, Node][] = [];
  for (const node of found(part.agent, look)) {
    const at = look.key ? theirs.findIndex((peer) => look.key?.(peer) === look.key?.(node)) : 0;
    const peer = theirs[at];
    if (!peer) continue;
    theirs.splice(at, 1);
    pairs.push([node, peer]);
  }
  return pairs;
}
