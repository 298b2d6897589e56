/** A syntax tree as plain data: a call into the parser costs more than the question asked of it. */
export interface Node {
  kind: string;
  source: string;
  from: number;
  to: number;
  /** 0-based. */
  line: number;
  endLine: number;
  parent: Node | undefined;
  children: Node[];
  /** The code within what is looked at as one: of a text with expressions in it. Its nodes are not among those of the tree. */
  inside: Node[] | undefined;
}

export interface Tree {
  nodes: Node[];
  byKind: Map<string, Node[]>;
}

export const emptyTree: Tree = { nodes: [], byKind: new Map() };

export const textOf = (node: Node | undefined) => (node ? node.source.slice(node.from, node.to) : '');

export const childOf = (node: Node | undefined, ...kinds: string[]) =>
  node?.children.find((child) => kinds.includes(child.kind));

export function ancestor(node: Node, ...kinds: string[]): Node | undefined {
  for (let at = node.parent; at; at = at.parent) if (kinds.includes(at.kind)) return at;
  return undefined;
}

export const withKinds = (tree: Tree, kinds: readonly string[]): Node[] =>
  kinds.length === 1 ? (tree.byKind.get(kinds[0] ?? '') ?? []) : kinds.flatMap((kind) => tree.byKind.get(kind) ?? []);

export const calls = ['call_expression', 'call', 'new_expression'];
export const functions = [
  'function_declaration',
  'method_definition',
  'arrow_function',
  'function_expression',
  'function_definition',
];
export const ifs = ['if_statement'];
export const loops = ['for_statement', 'for_in_statement', 'while_statement'];

export const calleeOf = (call: Node) =>
  textOf(call.kind === 'new_expression' ? call.children[1] : call.children[0]).replace(/\s+/g, '');

export const argumentsOf = (call: Node): Node[] =>
  (childOf(call, 'arguments', 'argument_list')?.children ?? []).filter((child) => !/^[(),]$/.test(child.kind));

/** Of what declares one. */
export const nameOf = (node: Node) =>
  textOf(childOf(node, 'identifier', 'property_identifier', 'type_identifier', 'private_property_identifier')) ||
  (node.parent?.kind === 'variable_declarator' ? textOf(node.parent.children[0]) : '');

/** Of a function: a Python docstring left out. */
export const bodyOf = (node: Node): Node[] =>
  (childOf(node, 'statement_block', 'block', 'class_body')?.children ?? []).filter(
    (child) => !['{', '}', ':', ';', 'comment'].includes(child.kind),
  );

const exits = new Set([
  'return_statement',
  'throw_statement',
  'raise_statement',
  'continue_statement',
  'break_statement',
]);

/** An `if` that leaves, and has no other branch. */
export function isGuard(node: Node): boolean {
  if (childOf(node, 'else_clause', 'elif_clause')) return false;
  const direct = node.children.at(-1);
  if (direct && exits.has(direct.kind)) return true;
  const last = bodyOf(node).at(-1);
  return last !== undefined && exits.has(last.kind);
}
