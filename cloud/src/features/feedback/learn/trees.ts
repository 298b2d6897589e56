import { loadSyntax, type Parse } from './detect/syntax.ts';
import { textOf, type Node } from './detect/tree.ts';

/** A syntax tree without trivia: no comments, no brackets and separators, one kind of quotes. */
export interface Tree {
  kind: string;
  /** Of leaves. */
  text: string | undefined;
  children: Tree[];
  /** Of its text, from where its root's begins. */
  from: number;
  to: number;
  /** How much the leaf says by itself: names of what is called 1, of what anybody calls as he likes 0. */
  weight: number;
  /** The same for trees that say the same; different ones may share it. */
  hash: number;
  size: number;
}

export type TreeLanguage = 'typescript' | 'tsx' | 'javascript' | 'python';

export const isTreeLanguage = (language: string): language is TreeLanguage =>
  language === 'typescript' || language === 'tsx' || language === 'javascript' || language === 'python';

export type ParseTree = (text: string, language: TreeLanguage) => Tree;

/** Of the trees that detectors look at, so that a text is parsed once for both. */
export const treeParser =
  (parse: Parse = loadSyntax()): ParseTree =>
  (text, language) => {
    const roots = parse(language, text).tree?.nodes.filter(({ parent }) => parent === undefined) ?? [];
    const [only] = roots;
    if (only && roots.length === 1) return treeOf(only) ?? nothing();
    const children = roots.flatMap((root) => treeOf(root)?.children ?? []);
    return children.length > 0 ? inner(only!.kind, children, only!.from, roots.at(-1)!.to) : nothing();
  };

const nothing = () => leaf('program', '', 0, 0);

const trivia = new Set(['comment', 'html_comment', 'line_continuation']);
/** Their text is all that they say. */
const leaves = new Set([
  'identifier',
  'property_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'type_identifier',
  'number',
  'integer',
  'float',
  'true',
  'false',
  'none',
  'null',
  'undefined',
  'this',
  'predefined_type',
  'optional_chain',
  'string_fragment',
  'regex',
]);
/** Words that have no other form; what is not one of these, no operator and no name is text, which anybody may fill with anything. */
const words = new Set([
  'true',
  'false',
  'none',
  'null',
  'undefined',
  'this',
  'super',
  'predefined_type',
  'optional_chain',
  'ellipsis',
]);
const longestName = 64;
const names = new Set([
  'identifier',
  'property_identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'private_property_identifier',
]);
/** So common that they say little. */
const weak = new Set(['const', 'let', 'var', 'return', 'import', 'from', 'def', 'class', 'function', 'this', 'export']);
const calls = new Set(['call', 'call_expression', 'new_expression']);
const members = new Set(['member_expression', 'attribute']);

function treeOf(node: Node): Tree | undefined {
  const { kind, from, to } = node;
  if (trivia.has(kind)) return undefined;
  const own = textOf(node);
  if (leaves.has(kind)) return leaf(kind, own, from, to);
  // A Python f-string has code in it.
  if (kind === 'string' && !node.inside) return leaf(kind, unquoted(own), from, to);
  const children: Tree[] = [];
  const parts = node.inside ?? node.children;
  if (parts.length === 0) tokensOf(own, from, kind, children);
  for (const part of parts) {
    if (isToken(part)) tokensOf(textOf(part), part.from, kind, children);
    else {
      const child = treeOf(part);
      if (child) children.push(child);
    }
  }
  if (kind === 'parenthesized_expression' && children.length === 1) return children[0];
  const [only] = children;
  if (children.length === 1 && only!.kind === own) return leaf(kind, own, from, to);
  return inner(kind, children, from, to);
}

/** What the grammar has no name for: its kind is what it says. */
const isToken = (node: Node) =>
  node.children.length === 0 &&
  !node.inside &&
  !leaves.has(node.kind) &&
  node.kind.length === node.to - node.from &&
  node.source.startsWith(node.kind, node.from);

/** Keywords and operators, which stand between what has a name. */
function tokensOf(gap: string, from: number, kind: string, into: Tree[]) {
  if (bracketed.has(kind)) return;
  for (const { 0: token, index } of gap.matchAll(/[A-Za-z_]\w*|[+\-*/%=<>!&|^~?@]+/g))
    if (token !== '=' && token !== '=>' && token !== '->')
      into.push(leaf(token, token, from + index, from + index + token.length));
}

const bracketed = new Set([
  'type_arguments',
  'type_parameters',
  'jsx_element',
  'jsx_opening_element',
  'jsx_closing_element',
  'jsx_self_closing_element',
  'template_string',
  'template_substitution',
  'string',
]);

function leaf(kind: string, text: string, from: number, to: number): Tree {
  return {
    kind,
    text,
    children: [],
    from,
    to,
    weight: weightOf(kind, text),
    hash: mix(hashOf(kind), hashOf(text)),
    size: 1,
  };
}

const unquoted = (text: string) => text.replace(/^\w*(?:'''|"""|['"`])/, '').replace(/(?:'''|"""|['"`])$/, '');

function weightOf(kind: string, text: string): number {
  if (kind === 'type_identifier' || text === 'self') return text.length > longestName ? 0 : 0.5;
  if (kind !== text && !words.has(kind)) return 0;
  return weak.has(text) ? 0.5 : 1;
}

function inner(kind: string, children: Tree[], from: number, to: number): Tree {
  if (calls.has(kind)) nameCallee(children[children[0]?.kind === 'new' ? 1 : 0]);
  else if (members.has(kind)) raise(children.at(-1), 0.5);
  else if (kind === 'keyword_argument') raise(children[0], 1);
  else if (kind === 'pair') raise(children[0], 0.5);
  let hash = hashOf(kind);
  let size = 1;
  for (const child of children) {
    hash = mix(hash, child.hash);
    size += child.size;
  }
  return { kind, text: undefined, children, from, to, weight: 0, hash, size };
}

function nameCallee(callee: Tree | undefined) {
  if (!callee) return;
  if (!members.has(callee.kind)) return raise(callee, 1);
  raise(callee.children.at(-1), 1);
  raise(callee.children[0], 0.5);
}

function raise(node: Tree | undefined, weight: number) {
  if (node && names.has(node.kind) && node.to - node.from <= longestName) node.weight = Math.max(node.weight, weight);
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const mix = (a: number, b: number) => (Math.imul(a ^ (b + 0x9e3779b9 + (a << 6) + (a >>> 2)), 0x01000193) ^ b) >>> 0;
