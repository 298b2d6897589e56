import type { Tree } from '../trees.ts';

/** What kind of place a piece of code is: `coarse` by its form, `fine` by what it calls, or its operators, as well. */
export interface Outline {
  coarse: string;
  fine: string | undefined;
}

const transparent = new Set([
  'expression_statement',
  'lexical_declaration',
  'variable_declaration',
  'variable_declarator',
  'return_statement',
  'await_expression',
  'await',
  'assignment',
  'assignment_expression',
]);
const calls = new Set(['call', 'call_expression', 'new_expression']);
const listLike =
  /^(?:arguments|argument_list|statement_block|block|formal_parameters|parameters|program|module|class_body|template_string|ERROR)$/;

export const isStatement = (kind: string) =>
  /_(?:statement|declaration|definition)$/.test(kind) || kind === 'decorated_definition';

/** Whether code of this kind is a place of its own, at which something can be changed. */
export const isPlace = (node: Tree) => node.children.length > 0 && !listLike.test(node.kind);

/** Of a kind that only holds others: changes in it are changes of what it belongs to. */
export const isList = (kind: string) => listLike.test(kind);

export function outlineOf(node: Tree): Outline {
  let coarse = node.kind;
  let at: Tree | undefined = node;
  for (let depth = 0; depth < 5 && at && transparent.has(at.kind); depth++) {
    at = at.children.at(-1);
    if (at) coarse += `>${at.kind}`;
  }
  const head = at && (calls.has(at.kind) ? calleeOf(at) : isStatement(at.kind) ? undefined : wordsOf(at));
  return { coarse, fine: head === undefined ? undefined : `${coarse}:${head}` };
}

/** Its operators and keywords, and types that the language knows. */
function wordsOf(node: Tree): string | undefined {
  const words = node.children.flatMap(({ text, weight }) => (text !== undefined && weight >= 1 ? [text] : []));
  return words.length > 0 ? words.join(' ').slice(0, 64) : undefined;
}

function calleeOf(call: Tree): string | undefined {
  let callee = call.children[call.children[0]?.kind === 'new' ? 1 : 0];
  while (callee && callee.text === undefined) callee = callee.children.at(-1);
  return callee?.text?.slice(0, 64);
}
