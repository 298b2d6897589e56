import type { AnyNode, CallExpression, Identifier, Pattern, Property } from 'acorn';

/** A node with where it hangs: `key` is the member of `parent` that leads to it. */
export interface Place {
  node: AnyNode;
  parent: AnyNode | undefined;
  key: string;
}

/** Parents before children, in the order of the text; nothing below a node for which `visit` answers false. */
export function walk(node: AnyNode, visit: (place: Place) => boolean | void, parent?: AnyNode, key = ''): void {
  if (visit({ node, parent, key }) === false) return;
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, node, name);
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** What runs later than the text around it. */
export const isDelayed = ({ type }: AnyNode) => type.includes('Function') || type === 'PropertyDefinition';

/** An identifier that stands for a variable, not for the name of a member or of a label. */
export function isReference(place: Place): place is Place & { node: Identifier } {
  const { node, parent, key } = place;
  if (node.type !== 'Identifier' || !parent) return false;
  if (parent.type === 'MemberExpression') return key === 'object' || parent.computed;
  if (parent.type === 'Property') return key === 'value' || parent.computed;
  if (parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition')
    return key === 'value' || parent.computed;
  return !['LabeledStatement', 'BreakStatement', 'ContinueStatement', 'MetaProperty'].includes(parent.type);
}

/** The identifiers that a node makes into variables of its own. */
export function bound({ node }: Place): Identifier[] {
  switch (node.type) {
    case 'VariableDeclarator':
      return namesIn(node.id);
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return [...(node.id ? [node.id] : []), ...node.params.flatMap(namesIn)];
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.id ? [node.id] : [];
    case 'CatchClause':
      return node.param ? namesIn(node.param) : [];
    default:
      return [];
  }
}

function namesIn(pattern: Pattern): Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((part) => namesIn(part.type === 'Property' ? part.value : part.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap((part) => (part ? namesIn(part) : []));
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'RestElement':
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

export const calleeName = (node: AnyNode) =>
  node.type === 'CallExpression' && node.callee.type === 'Identifier' ? node.callee.name : undefined;

export const isCall = (node: AnyNode): node is CallExpression => node.type === 'CallExpression';

export const keyName = ({ key }: Property) =>
  key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;

/** A change of the text; where several begin at one place, they apply in their order. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

export function edited(code: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) throw new Error(`two changes of the same text at ${start}: ${code.slice(start, start + 80)}`);
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}
