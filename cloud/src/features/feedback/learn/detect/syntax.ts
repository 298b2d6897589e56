import { gapLine, type ComparedLanguage } from '@whetstone/shared/feedback';
import { createRequire } from 'node:module';
import { emptyTree, type Node, type Tree } from './tree.ts';
import { wordList } from '../word-list.ts';

/** `problem`: why there is no tree; what it says then stands as text alone. */
export type Parsed = { tree: Tree; problem: undefined } | { tree: undefined; problem: string };
export type Parse = (language: ComparedLanguage, text: string) => Parsed;

/** More is not written by hand in one file, and costs half a second. */
const longest = 262_144;
const longestLine = 20_000;
/** Of brackets and of nodes: the parser is native code, and so is its stack. */
const deepest = 250;

/**
 * Loads the parser, which is native code and may be missing for a platform: then every answer is the reason. Registering a language
 * is for the whole process, and doing it again changes nothing.
 */
export function loadSyntax(load: (name: string) => unknown = createRequire(import.meta.url)): Parse {
  try {
    const { parse, registerDynamicLanguage, Lang } = load('@ast-grep/napi') as typeof import('@ast-grep/napi');
    const python = load('@ast-grep/lang-python') as typeof import('@ast-grep/lang-python');
    registerDynamicLanguage({ python });
    const grammars: Partial<Record<ComparedLanguage, string>> = {
      typescript: Lang.TypeScript,
      tsx: Lang.Tsx,
      javascript: Lang.JavaScript,
      python: 'python',
    };
    const parsed = lately<Parsed>(mostKept);
    const pieces = piecesLately();
    return (language, text) => {
      const grammar = grammars[language];
      if (!grammar) return { tree: undefined, problem: `no syntax is known for ${language}` };
      const problem = whyNotParsed(text);
      if (problem) return { tree: undefined, problem };
      // Detectors and templates ask for the same texts, one after the other.
      return parsed(`${language} ${text}`, () => ({
        tree: treeOf(text, {
          rootOf: (piece) => parse(grammar, piece).root(),
          known: pieces(language, text),
        }),
        problem: undefined,
      }));
    };
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    return () => ({ tree: undefined, problem: `the parser could not be loaded: ${reason}` });
  }
}

function whyNotParsed(text: string): string | undefined {
  if (text.length > longest) return `longer than ${longest} characters`;
  let depth = 0;
  let lineFrom = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10) {
      if (at - lineFrom > longestLine) return `a line of more than ${longestLine} characters`;
      lineFrom = at + 1;
    } else if (code === 40 || code === 91 || code === 123) {
      if (++depth > deepest) return `nested more than ${deepest} deep`;
    } else if ((code === 41 || code === 93 || code === 125) && depth > 0) depth--;
  }
  return text.length - lineFrom > longestLine ? `a line of more than ${longestLine} characters` : undefined;
}

/** What is asked of a node of the parser. */
interface Native {
  kind(): unknown;
  text(): string;
  children(): Native[];
}

/** Looked at as one, whatever the grammar has inside. */
const whole = new Set(['string', 'template_string', 'comment', 'regex', 'jsx_text', 'optional_chain']);
/** Their kind is their text, which spares a call. */
const literal = new Set(
  wordList(`( ) [ ] { } , ; : . = => === !== == != < > <= >= ! ? + - * / % && || ?? += -= -> ... | const let var return if else def
    for of in async function class new try catch finally except import from export throw raise while with as and or not is elif
    interface extends`),
);
/** Read off the text where they stand, which spares a call too. */
const words = new Set(
  wordList(`identifier property_identifier type_identifier shorthand_property_identifier number integer
float shorthand_property_identifier_pattern true false none null undefined this predefined_type`),
);
const word = /[^\s()[\]{},;:=+\-*/%&|!?<>"'`@~^]+/y;

/** In characters, of what was asked for lately. */
const mostKept = 262_144;

/** What was made for a key, as long as not too much has come since. */
function lately<T>(most: number): (key: string, make: () => T) => T {
  let kept = new Map<string, T>();
  let size = 0;
  return (key, make) => {
    const known = kept.get(key);
    if (known) return known;
    const made = make();
    if (size > most) [kept, size] = [new Map(), 0];
    kept.set(key, made);
    size += key.length;
    return made;
  };
}

/** Pieces of code by their kinds and what they say. */
type KnownPieces = Map<string, Map<string, Node>>;

/** Those of the texts that were read lately: a piece holds on to the text that it is from. */
function piecesLately(): (language: ComparedLanguage, text: string) => KnownPieces {
  const kept = new Map<ComparedLanguage, KnownPieces>();
  let size = 0;
  return (language, text) => {
    if (size > mostKept) {
      kept.clear();
      size = 0;
    }
    size += text.length;
    const known: KnownPieces = kept.get(language) ?? new Map();
    kept.set(language, known);
    return known;
  };
}

interface Grammar {
  rootOf: (piece: string) => Native;
  known: KnownPieces;
}

/** Pieces between gaps are read one by one: what stands around a gap does not belong together. */
function treeOf(text: string, grammar: Grammar): Tree {
  if (text.trim() === '') return emptyTree;
  const tree: Tree = { nodes: [], byKind: new Map() };
  let from = 0;
  let line = 0;
  for (const piece of text.split(gapLine)) {
    if (piece.trim() !== '') list(tree, readPiece(text, { from, line }, grammar, grammar.rootOf(piece)));
    line += countLines(piece);
    from += piece.length + gapLine.length;
  }
  return tree;
}

function list(tree: Tree, node: Node) {
  tree.nodes.push(node);
  const kin = tree.byKind.get(node.kind);
  if (kin) kin.push(node);
  else tree.byKind.set(node.kind, [node]);
  for (const child of node.children) list(tree, child);
}

const none: Native[] = [];

function leafText(source: string, position: number, kind: string): string | undefined {
  if (words.has(kind)) return wordAt(source, position, kind);
  if (!literal.has(kind)) return undefined;
  // The parser puts in what it misses, and that has no text.
  return source.startsWith(kind, afterBlanks(source, position)) ? kind : undefined;
}

function afterBlanks(source: string, position: number): number {
  let at = position;
  for (
    let code = source.charCodeAt(at);
    code === 32 || code === 10 || code === 13 || code === 9;
    code = source.charCodeAt(at)
  )
    at++;
  return at;
}

/** Undefined where it is not as simple as that: `1.5e-3`, a name with an escape in it. */
function wordAt(source: string, position: number, kind: string): string | undefined {
  const start = afterBlanks(source, position);
  word.lastIndex = start;
  const found = word.exec(source)?.[0];
  if (found === undefined || found.includes('\\')) return undefined;
  if (/^(?:number|float|integer)$/.test(kind))
    return /^\d+$/.test(found) && source.charAt(start + found.length) !== '-' ? found : undefined;
  const dot = found.indexOf('.');
  return dot < 0 ? found : dot === 0 ? undefined : found.slice(0, dot);
}

const isOne = (kind: string) => literal.has(kind) || words.has(kind) || whole.has(kind);

const countLines = (text: string) => text.split('\n').length - 1;

/**
 * Code that somebody wrote before has the same tree: taking a node over from the parser costs 4 µs, copying it a twentieth. Not so of
 * what is as good as never the same.
 */
const seldomSame = new Set(wordList('program module statement_block block class_body ERROR'));
const longestPiece = 4_000;
/** Of the texts that are looked at as one, those that have code in them. */
const hasCode = (kind: string, text: string) =>
  kind === 'template_string' ? text.includes('${') : kind === 'string' && /^\w*f\w*["'].*\{/is.test(text);

function readPiece(source: string, at: { from: number; line: number }, grammar: Grammar, root: Native): Node {
  let position = at.from;
  let line = at.line;
  const goTo = (to: number) => {
    for (; position < to; position++) if (source.charCodeAt(position) === 10) line++;
  };
  const read = (native: Native, parent: Node | undefined, depth: number): Node => {
    const kind = native.kind() as string;
    if (parent === undefined || isOne(kind) || seldomSame.has(kind)) return readAnew(native, kind, parent, depth);
    const text = native.text();
    const start = source.indexOf(text, position);
    if (text.length > longestPiece || start < 0) return readAnew(native, kind, parent, depth);
    const ofKind = grammar.known.get(kind) ?? new Map<string, Node>();
    grammar.known.set(kind, ofKind);
    const known = ofKind.get(text);
    if (!known) {
      const fresh = readAnew(native, kind, parent, depth);
      ofKind.set(text, fresh);
      return fresh;
    }
    goTo(start);
    const copied = copyOf(known, parent, { source, by: start - known.from, down: line - known.line });
    goTo(copied.to);
    return copied;
  };
  const readAnew = (native: Native, kind: string, parent: Node | undefined, depth: number): Node => {
    const node: Node = {
      kind,
      source,
      from: position,
      to: position,
      line,
      endLine: line,
      parent,
      children: [],
      inside: undefined,
    };
    const isLeaf = isOne(kind) || depth > deepest;
    const children = isLeaf ? none : native.children();
    if (children.length === 0) {
      const text = leafText(source, position, kind) ?? native.text();
      // Leaves come in order, with nothing but blanks between them.
      const found = source.indexOf(text, position);
      goTo(found < 0 ? position : found);
      node.from = position;
      node.line = line;
      if (hasCode(kind, text) && depth <= deepest) {
        const before = { position, line };
        node.inside = native.children().map((child) => read(child, node, depth + 1));
        ({ position, line } = before);
      }
      goTo(found < 0 ? position : found + text.length);
    } else {
      for (const child of children) node.children.push(read(child, node, depth + 1));
      node.from = node.children[0]?.from ?? position;
      node.line = node.children[0]?.line ?? line;
    }
    node.to = position;
    node.endLine = line;
    return node;
  };
  return read(root, undefined, 0);
}

function copyOf(node: Node, parent: Node | undefined, move: { source: string; by: number; down: number }): Node {
  const copy: Node = {
    kind: node.kind,
    source: move.source,
    from: node.from + move.by,
    to: node.to + move.by,
    line: node.line + move.down,
    endLine: node.endLine + move.down,
    parent,
    children: [],
    inside: undefined,
  };
  for (const child of node.children) copy.children.push(copyOf(child, copy, move));
  copy.inside = node.inside?.map((child) => copyOf(child, copy, move));
  return copy;
}
